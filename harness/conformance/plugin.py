"""The pytest plugin of contracts/: it opens the world for the checks, runs each, replays what fails, writes verdicts.

With `pytest contracts` it stands alone: it starts a sink, and writes a whole journal into reports/<run-id>. Under
`harness conform` both are given to it by the environment.
"""

import os
import secrets
import signal
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from hypothesis.configuration import set_hypothesis_home_dir
from platformdirs import user_cache_path

from harness.conformance import fixtures, part, reporting
from harness.conformance.aside import Aside
from harness.conformance.check import Check
from harness.conformance.exploration import as_it_was_drawn
from harness.conformance.fixtures import WORLD, name_of
from harness.conformance.known import known_failures
from harness.conformance.limited import Limited
from harness.conformance.outcome import NotExercised, Unmet
from harness.conformance.part import Place
from harness.conformance.table import list_requirements
from harness.conformance.world import World
from harness.errors import HarnessError, SinkDied
from harness.known_failures import KnownFailures
from harness.processes import lifeline
from harness.profile import Profile, resolve
from harness.recording.writer import JournalWriter
from harness.requirements import Requirement
from harness.sink.address import SinkAddress
from harness.sink.process import SinkProcess

# When a check runs, or, if it runs aside, when it is asked for its end. Those without a stage come after the first.
STAGES = {"first": -1, "late": 1, "later": 2, "last": 3}

_TABLE = pytest.StashKey[dict[str, Requirement]]()
_WRITER = pytest.StashKey[JournalWriter]()
_CHECK = pytest.StashKey[Check]()
_ASIDE = pytest.StashKey[Aside]()
_UNTOLD = pytest.StashKey[set[pytest.Item]]()
_TALLIED = pytest.StashKey[reporting.Tallied]()

_OPTIONS = {
    "base_url": "the target",
    "client_id": "the tenant whose key is in HARNESS_API_KEY",
    "other_client_id": "the tenant whose key is in HARNESS_OTHER_API_KEY",
    "public_url": "where the target reaches the sink",
    "sink_listen": "where the sink listens: HOST:PORT",
    "session_ttl": "a session's time to live, in seconds",
    "reply_timeout": "how long to wait for a reply, in seconds",
    "max_rate": "never send faster than this, a second",
    "seed": "of everything that is drawn at random",
    "budget": "quick, standard or thorough",
    "known_failures": "the file of failures that are known of",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("messaging API", "the target; each option may be given as HARNESS_<OPTION> as well")
    for name, meaning in _OPTIONS.items():
        group.addoption(f"--{name.replace('_', '-')}", dest=f"harness_{name}", help=meaning)
    group.addoption("--report", dest="harness_report", help="the folder of this run (default: reports/<run-id>)")
    group.addoption("--only", dest="harness_only", default="", help="requirement ids, joined by commas")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "requirement(id): the requirement that this check decides")
    config.addinivalue_line("markers", "stage(name): 'first', 'late', 'later' or 'last', for one that minds its place")
    config.addinivalue_line("markers", "aside: mostly waits, and runs beside the others")
    config.addinivalue_line("markers", "oracle: decides over everything that happened, so there is nothing to replay")
    config.stash[_TABLE] = {requirement.id: requirement for requirement in list_requirements()}
    config.pluginmanager.register(fixtures, "harness.conformance.fixtures")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What was asked for. Where that is only judged from what others do, the other checks run as well, untold."""
    only = {name for name in config.getoption("harness_only").split(",") if name}
    asked = [item for item in items if not only or _requirement(item).id in only]
    active = {_requirement(item).id for item in asked if not _only_judges(item)}
    if active == {_requirement(item).id for item in asked}:
        config.hook.pytest_deselected(items=[item for item in items if item not in asked])
        items[:] = asked
    config.stash[_TALLIED] = reporting.Tallied(_requirement(item).id for item in asked)
    config.stash[_UNTOLD] = set(items) - set(asked)
    items.sort(key=lambda item: (_stage(item), item.get_closest_marker("aside") is not None))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    if session.config.option.collectonly or session.testsfailed or not session.items:
        return (yield)
    with _running(session.config):
        return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """The checks that run aside begin once the first ones are through."""
    if _ASIDE not in item.config.stash and _stage(item) >= 0:
        aside = item.config.stash[_ASIDE] = Aside()
        chosen = [each for each in item.session.items if each.get_closest_marker("aside")]
        aside.start((each for each in chosen if isinstance(each, pytest.Function)), _decide)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool:
    aside = pyfuncitem.config.stash.get(_ASIDE, None)
    if aside is None or not aside.result(pyfuncitem):
        _decide(pyfuncitem)
    return True


def _decide(item: pytest.Function) -> None:
    """Runs the check; where the target failed it, once more with the same data and new sessions."""
    world = item.config.stash[WORLD]
    try:
        _once(item, world)
    except Unmet as unmet:
        if item.get_closest_marker("oracle") is None:
            again = _fails_again(item, world)
            unmet.evidence |= {} if again is None else {"reproduced": again}
        raise


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.when == "teardown" or (call.when == "setup" and call.excinfo is None):
        return report
    requirement, check = _requirement(item), item.stash.get(_CHECK, None)
    error = call.excinfo.value if call.excinfo else None
    if item in item.config.stash[_UNTOLD] and not isinstance(error, SinkDied):
        report.outcome, report.longrepr = "passed", None
        return report
    profile = item.config.stash[WORLD].profile
    ending = reporting.ending_of(error, check, requirement)
    event = reporting.checked(requirement, name_of(item), ending, check, profile.seed)
    item.config.stash[_WRITER].write(event)
    tallied = item.config.stash[_TALLIED]
    never_tried, known = tallied.note(event), tallied.borne(event)
    reporting.show(report, event, requirement, strict=profile.strict, never_tried=never_tried, known=known)
    if isinstance(error, SinkDied):
        pytest.exit(f"SinkDied: {error}", returncode=error.exit_code)
    return report


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """An entry whose failure is gone is red, as with `harness conform`."""
    tallied = session.config.stash.get(_TALLIED, None)
    if exitstatus == pytest.ExitCode.OK and tallied is not None and tallied.gone():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if tallied := config.stash.get(_TALLIED, None):
        for entry in tallied.gone():
            terminalreporter.write_line(f"{entry.requirement} passes now: remove it from {tallied.known.file}")


def _once(item: pytest.Function, world: World) -> None:
    """With a verifier and dice of its own, so that a second time is like the first."""
    given = fixtures.arguments(item, world)
    item.stash[_CHECK] = given["check"]
    item.obj(**given)


def _fails_again(item: pytest.Function, world: World) -> bool | None:
    """None where it could not be tried again: the target may be gone by now."""
    first = item.stash[_CHECK]
    try:
        with as_it_was_drawn():
            _once(item, world)
    except Unmet:
        return True
    except NotExercised:
        return None
    finally:
        item.stash[_CHECK] = first
    return False


def _requirement(item: pytest.Item) -> Requirement:
    marker = item.get_closest_marker("requirement")
    if marker is None or len(marker.args) != 1:
        raise pytest.UsageError(f"{item.nodeid}: a check names the requirement that it decides")
    table = item.config.stash[_TABLE]
    if marker.args[0] not in table:
        raise pytest.UsageError(f"{item.nodeid}: there is no requirement {marker.args[0]!r}")
    return table[marker.args[0]]


def _only_judges(item: pytest.Item) -> bool:
    """Whether it takes other checks for something to be judged. An oracle that asks for the surge has that."""
    asks = item.fixturenames if isinstance(item, pytest.Function) else ()
    return item.get_closest_marker("oracle") is not None and "surge" not in asks


def _stage(item: pytest.Item) -> int:
    marker = item.get_closest_marker("stage")
    return STAGES[marker.args[0]] if marker else 0


@contextmanager
def _running(config: pytest.Config) -> Iterator[None]:
    """The world of this run, for as long as the checks run. What keeps it from opening ends the session in one line."""
    try:
        with ExitStack() as opened:
            _open(config, opened)
            try:
                yield
            finally:
                config.stash.get(_ASIDE, Aside()).close()
    except HarnessError as error:
        pytest.exit(f"{type(error).__name__}: {error}", returncode=error.exit_code)


def _open(config: pytest.Config, opened: ExitStack) -> None:
    _be_a_child(opened)
    # Its tables of characters take hypothesis seconds to make: it finds them again, and not beside the project.
    set_hypothesis_home_dir(user_cache_path("harness") / "hypothesis")
    profile = resolve({name: config.getoption(f"harness_{name}") for name in _OPTIONS}, os.environ, {})
    place = _place(config)
    if "HARNESS_SINK_URL" in os.environ:
        sink = SinkAddress.from_environment(os.environ)
    else:
        known = config.stash[_TALLIED].known = known_failures(profile)
        sink = _alone(profile, place, known, opened)
    config.stash[_WRITER] = opened.enter_context(place.writer("gate", profile))
    world = config.stash[WORLD] = opened.enter_context(World(profile, sink))
    world.observe(Limited(config.stash[_WRITER]))


def _be_a_child(opened: ExitStack) -> None:
    """SIGTERM ends the session as Ctrl-C does: in order. So does the end of the parent, where there is one."""
    former = signal.signal(signal.SIGTERM, signal.default_int_handler)
    opened.callback(signal.signal, signal.SIGTERM, former)
    if os.environ.get(part.LIFELINE_VARIABLE):
        lifeline.hold()


def _place(config: pytest.Config) -> Place:
    run_id = (
        os.environ.get(part.RUN_VARIABLE) or f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{secrets.token_hex(2)}"
    )
    folder = config.getoption("harness_report") or os.environ.get(part.FOLDER_VARIABLE)
    return Place(Path(folder) if folder else config.invocation_params.dir / "reports" / run_id, run_id)


@contextmanager
def _phase(owner: JournalWriter, profile: Profile, known: KnownFailures) -> Iterator[None]:
    """What the phase's owner writes: how it began, and how it ended."""
    owner.write(part.began(profile, known=known))
    try:
        yield
    except KeyboardInterrupt:
        owner.write(part.ended("interrupted"))
        raise
    except BaseException as error:
        owner.write(part.ended("died", str(error)))
        raise
    owner.write(part.ended("completed"))


def _alone(profile: Profile, place: Place, known: KnownFailures, opened: ExitStack) -> SinkAddress:
    """Without a parent that owns the phase: a sink of our own, and the phase's own part of the journal."""
    opened.enter_context(_phase(opened.enter_context(place.writer("harness", profile)), profile, known))
    sink = SinkProcess.start(profile, place.folder, place.run_id, part.PHASE, keep_headers=True)
    return opened.enter_context(sink).feed
