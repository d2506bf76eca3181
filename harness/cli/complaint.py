"""An error of ours, as the person at the terminal sees it: one clear line, and the exit code that stands for it."""

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from harness.errors import CouldNotRun, HarnessError

# No room on the disk, none left of the user's share of it, and a file that may grow no further.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def errors_told() -> Iterator[None]:
    """Turns an error of ours, and a disk without room, into one clear line and its exit code; anything else is a defect
    and shows as one."""
    try:
        yield
    except HarnessError as error:
        tell(error)
        sys.exit(error.exit_code)
    except OSError as error:
        if error.errno not in FULL:
            raise
        full = CouldNotRun(f"a file of the run cannot be written: {error.strerror}. Make room, and run it again")
        tell(full)
        sys.exit(full.exit_code)


def tell(error: HarnessError) -> None:
    click.secho(f"harness: {error}", err=True, fg="red")
