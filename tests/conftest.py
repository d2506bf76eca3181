"""Where several workers run tests at once, one that measures (marked `quiet`) has the machine to itself."""

import fcntl
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# How long it takes to make an input says how busy the machine is, and nothing about the code.
settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")

# Whom this machine trusts is read by each of some hundred processes, for a tenth of a second, and none of them meets
# anybody: whoever tests with certificates brings their own. What goes to a registry asks REGISTRIES.
REGISTRIES = os.environ.get("SSL_CERT_FILE")
os.environ["SSL_CERT_FILE"] = str(Path(__file__).with_name("data") / "nobody.pem")

_FOLDER = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """The controller makes a folder for the locks; a worker is told of it."""
    # In a shell's background Ctrl-C is ignored, and whatever the tests start would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    told = getattr(config, "workerinput", None)
    config.stash[_FOLDER] = Path(told["locks"] if told else tempfile.mkdtemp(prefix="tests-"))


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(config.stash[_FOLDER], ignore_errors=True)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["locks"] = str(node.config.stash[_FOLDER])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    with _turn(item.config.stash[_FOLDER], alone=item.get_closest_marker("quiet") is not None):
        return (yield)


@contextmanager
def _turn(folder: Path, *, alone: bool) -> Iterator[None]:
    """Waits for its turn. Who wants to be alone keeps the door shut until those who are inside have left."""
    with ExitStack() as held:
        door, room = (held.enter_context((folder / name).open("w")) for name in ("door", "room"))
        fcntl.flock(door, fcntl.LOCK_EX)
        fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        if not alone:
            fcntl.flock(door, fcntl.LOCK_UN)
        yield
