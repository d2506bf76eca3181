"""Where the files that are no Python modules lie: openapi.yaml, contracts/ and locustfiles/.

In a checkout they stand at its top; in an installed wheel, in `harness/shipped`. Only this module knows.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def asset(name: str) -> Path:
    """The path of `name`, such as "openapi.yaml" or "contracts". Raises FileNotFoundError for anything unknown."""
    for home in (_PACKAGE / "shipped", _PACKAGE.parent):
        path = home / name
        if path.exists():
            return path
    raise FileNotFoundError(f"{name} is missing from this installation of harness")
