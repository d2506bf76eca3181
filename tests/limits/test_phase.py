"""The inquiry's part of a journal: however it ends, its last line says so."""

import threading
from pathlib import Path

import pytest

from harness.events import Asked, Ended
from harness.limits.phase import run_limits
from harness.limits.purse import Purse
from harness.processes.interrupt import Interrupt
from harness.profile import Profile
from harness.recording.reader import read_run
from harness.report.headline import headline
from harness.report.write import write_report
from harness.secret import Secret
from tests.client.server import Connection, Server, response


def welcoming(connection: Connection) -> None:
    """Lets everybody in, and gives out a session."""
    while True:
        connection.request()
        connection.answer(response(body=b'{"sessionId": "s-1"}'))


@pytest.mark.parametrize(
    ("raised", "ending", "reason"),
    [(KeyboardInterrupt(), "interrupted", "stopped at once"), (ValueError(), "died", "the harness itself failed")],
)
def test_whatever_ends_it_its_last_line_says_how(tmp_path: Path, raised: BaseException, ending: str, reason: str):
    def on_state(state: str, seen: object) -> None:
        if seen is not None:
            raise raised

    with Server(welcoming) as server:
        profile = Profile(server.url, "client-1", Secret("sk-live-8c1f77"))
        with pytest.raises(type(raised)):
            run_limits(profile, tmp_path, "run-1", Purse(60, 30.0), interrupt=Interrupt(), on_state=on_state)

    [part] = read_run(tmp_path)
    assert any(isinstance(event, Asked) for event in part.events)
    last = list(part.events)[-1]
    assert isinstance(last, Ended)
    assert (last.ending, last.reason) == (ending, reason)


def test_a_budget_that_ends_before_anything_can_be_told_proves_nothing_and_says_so(tmp_path: Path):
    slow = threading.Event()

    def behave(connection: Connection) -> None:
        connection.request()
        connection.answer(response(body=b'{"sessionId": "s-1"}'))
        while True:
            connection.request()
            slow.wait(5)
            connection.answer(response())

    with Server(behave) as server:
        profile = Profile(server.url, "client-1", Secret("sk-live-8c1f77"))
        purse = Purse(60, 0.5)
        run_limits(profile, tmp_path, "run-1", purse, interrupt=Interrupt(), on_state=lambda *_: None)
        slow.set()

    result = write_report(tmp_path)
    told = headline(result)
    assert (result["verdict"], result["exit_code"]) == ("not_exercised", 3)
    assert "too few to tell: allow it more time or more requests" in told.sentence
    [fact] = told.facts
    assert fact.startswith("Left undone: more than ")
    assert fact.endswith(" s: the budget was spent.")
    assert result["limits"]["seconds_spent"] < purse.seconds + 2.0
