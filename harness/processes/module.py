"""The command that runs a module of ours, or of a library, with this interpreter."""

import sys
from pathlib import Path

_HOME = Path(__file__).resolve().parents[2]


def module(name: str, *arguments: str) -> list[str]:
    """`-P`: of a `locust.py` or `harness` in the current folder, which may be anybody's, nothing is run.

    In our own checkout the current folder is where we come from, and where nothing is installed the only way to us.
    """
    return [sys.executable, *(() if Path().samefile(_HOME) else ("-P",)), "-m", name, *arguments]
