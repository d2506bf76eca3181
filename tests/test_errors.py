"""Every error of ours is in the tree of errors.py, exported nowhere else, and ends with a documented exit code."""

import inspect
import re

from harness import errors
from harness.exit_codes import EXIT_CODES, EXIT_INTERRUPTED, EXIT_USAGE


def classes():
    return {
        name: kind for name, kind in inspect.getmembers(errors, inspect.isclass) if kind.__module__ == errors.__name__
    }


def test_the_tree_drawn_in_the_docstring_is_the_tree_of_the_code():
    drawn = dict(re.findall(r"(?:├──|└──) (\w+) +(\d)", errors.__doc__ or ""))

    assert drawn == {name: str(kind.exit_code) for name, kind in classes().items() if name != "HarnessError"}


def test_every_error_descends_from_the_one_at_the_top():
    assert all(issubclass(kind, errors.HarnessError) for kind in classes().values())


def test_exit_codes_are_the_documented_ones():
    assert EXIT_CODES == {"pass": 0, "fail": 1, "could_not_run": 3, "not_exercised": 3, "invalid": 4}
    assert (EXIT_USAGE, EXIT_INTERRUPTED) == (2, 130)
    assert {kind.exit_code for kind in classes().values()} == {2, 3}
