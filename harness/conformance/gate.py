"""Runs the gate as a child process of a command, and tells of each verdict as it falls."""

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

from harness.assets import asset
from harness.client.source_system import SourceSystem
from harness.conformance import part
from harness.conformance.part import Place
from harness.conformance.preflight import preflight
from harness.conformance.table import list_requirements
from harness.errors import ChildDied, CouldNotRun, CredentialsRefused, SinkDied, TargetUnreachable, UsageError
from harness.events import Checked, Gauged
from harness.journal import decode
from harness.known_failures import KnownFailures
from harness.processes.child import Child
from harness.processes.module import module
from harness.profile import Profile, environment_of
from harness.recording.writer import JournalWriter
from harness.sink.process import SinkProcess

__all__ = ["list_requirements", "run_gate"]

LOG = "logs/gate.log"
# How often the child is looked at: seconds.
LOOK_S = 0.1
# How long it may take to end when it is asked to: seconds.
GRACE_S = 10.0
# pytest's exit codes for "all passed" and "some failed": in both the gate did its work.
DONE = (0, 1)


# A verdict as it falls, or how many requests were limited so far.
Told = Checked | Gauged


class Wish(Protocol):
    """A wish to stop, as harness.processes.interrupt.Interrupt is."""

    @property
    def requested(self) -> bool: ...

    def wait(self, seconds: float) -> bool: ...


def run_gate(
    profile: Profile,
    folder: Path,
    run_id: str,
    *,
    interrupt: Wish,
    on_event: Callable[[Told], None] | None = None,
    only: Sequence[str] = (),
    known: KnownFailures | None = None,
    watch: Callable[[], None] = lambda: None,
) -> None:
    """Runs every check (or those of the requirements in `only`) and leaves their verdicts in the run's journal, with
    the failures that are `known` of.

    Raises TargetUnreachable or CredentialsRefused before any check ran, SinkDied when the sink died under them,
    ChildDied when pytest could not do its work, UsageError for an id in `only` that is none, and what `watch` raises,
    which is called all the while. Nothing is left running, whatever happens.
    """
    unknown = set(only) - {requirement.id for requirement in list_requirements()}
    if unknown:
        raise UsageError(f"there is no requirement {min(unknown)!r}; `harness conform --list` prints them all")
    place = Place(folder.absolute(), run_id)
    _preflight(profile)
    with place.writer("harness", profile) as owner:
        owner.write(part.began(profile, only, known))
        try:
            reason = _run(profile, place, interrupt, on_event or _ignore, only, watch)
        except CouldNotRun as error:
            owner.write(part.ended("died", str(error)))
            raise
        except BaseException:
            owner.write(part.ended("interrupted", "stopped at once"))
            raise
        _close(owner, reason)


def _preflight(profile: Profile) -> None:
    api = SourceSystem(profile)
    try:
        preflight(api)
    finally:
        api.close()


def _close(owner: JournalWriter, interrupted: str | None) -> None:
    owner.write(part.ended("interrupted", interrupted) if interrupted else part.ended("completed"))


def _run(
    profile: Profile,
    place: Place,
    interrupt: Wish,
    on_event: Callable[[Told], None],
    only: Sequence[str],
    watch: Callable[[], None],
) -> str | None:
    """Why the gate was interrupted, or None where it came to its end."""
    with ExitStack() as opened:
        sink = opened.enter_context(
            SinkProcess.start(profile, place.folder, place.run_id, part.PHASE, keep_headers=True)
        )
        child = opened.enter_context(_child(profile, place, sink, only))
        verdicts = _Verdicts(place.gate, on_event)
        while child.exit_code is None:
            if interrupt.wait(LOOK_S):
                child.signal(signal.SIGTERM)
                child.wait(GRACE_S)
                break
            verdicts.read()
            watch()
            if not sink.alive:
                child.stop()
                sink.raise_if_dead()
        verdicts.read()
        if not interrupt.requested:
            _judge(child)
    return "asked to stop" if interrupt.requested else None


def _child(profile: Profile, place: Place, sink: SinkProcess, only: Sequence[str]) -> Child:
    contracts = asset("contracts")
    argv = module("pytest", str(contracts), "-c", str(contracts / "pytest.ini"), "-v", "--color=no", "--no-header")
    # Its stdin is the lifeline, which pytest would put away.
    argv += ["--capture=sys"]
    argv += [f"--only={','.join(only)}"] if only else []
    log = place.folder / LOG
    log.parent.mkdir(parents=True, exist_ok=True)
    environment = {
        **environment_of(profile),
        **sink.feed.environment(),
        part.FOLDER_VARIABLE: str(place.folder),
        part.RUN_VARIABLE: place.run_id,
        part.LIFELINE_VARIABLE: "1",
        "PYTEST_ADDOPTS": "",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return Child("gate", argv, environment=environment, log=log, redactor=profile.redactor)


def _judge(child: Child) -> None:
    """Raises what ended the child, where it did not do its work. It names the error in its last words."""
    code = child.wait()
    if code in DONE:
        return
    child.stop()
    for line in reversed(child.last_words.splitlines()):
        for kind in (TargetUnreachable, CredentialsRefused, SinkDied):
            _, found, message = line.strip(" !").partition(f"{kind.__name__}: ")
            if found:
                raise kind(message)
    raise ChildDied(f"the gate ended without its verdicts ({child.obituary()})\n{child.last_words}".rstrip())


class _Verdicts:
    """Follows the gate's part of the journal."""

    def __init__(self, path: Path, on_event: Callable[[Told], None]) -> None:
        self._path = path
        self._on_event = on_event
        self._read = 0

    def read(self) -> None:
        for line in self._lines():
            event = decode(line)
            if isinstance(event, Checked | Gauged):
                self._on_event(event)

    def _lines(self) -> Iterator[str]:
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self._read)
            whole = file.read().rpartition(b"\n")
        self._read += len(whole[0]) + len(whole[1])
        yield from whole[0].decode().splitlines()


def _ignore(event: Told) -> None:
    """Nobody wants to hear of it."""
