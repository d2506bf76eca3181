"""The inquiry's part of a journal: however it ends, its last line says so."""

from pathlib import Path

import pytest

from harness.events import Asked, Ended
from harness.limits.phase import run_limits
from harness.limits.purse import Purse
from harness.processes.interrupt import Interrupt
from harness.profile import Profile
from harness.recording.reader import read_run
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
