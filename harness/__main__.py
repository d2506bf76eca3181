"""`python -m harness`: the same as the console script, for children that must run under this interpreter."""

from harness.cli.main import main

if __name__ == "__main__":
    main()
