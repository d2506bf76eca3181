"""An error of ours, as the person at the terminal sees it: one clear line, and the exit code that stands for it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from harness.errors import HarnessError


@contextmanager
def errors_told() -> Iterator[None]:
    """Turns an error of ours into one clear line and its exit code; anything else is a defect and shows as one."""
    try:
        yield
    except HarnessError as error:
        tell(error)
        sys.exit(error.exit_code)


def tell(error: HarnessError) -> None:
    click.secho(f"harness: {error}", err=True, fg="red")
