"""A command that tests a target never ends without a report and without a word why there is none."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.cli.outcome import Run, carry_out
from harness.errors import CouldNotRun
from harness.events import Began
from harness.journal import Header, encode, encode_header

FLAGS = {"base_url": "http://127.0.0.1:9", "client_id": "a-client"}
HEADER = Header("run", "limits", "inquiry", "host", 1, 2)


def edited(run: Run) -> None:
    lines = encode_header(HEADER), encode(Began(1, 2, "limits", {"target": 5}))
    (run.folder / "journal.ndjson").write_text("\n".join(lines))


def nothing(run: Run) -> None:
    pass


def no_target(run: Run) -> None:
    raise CouldNotRun("nobody is there")


@pytest.mark.parametrize(
    ("work", "words"),
    [(edited, "edited: target cannot be 5"), (nothing, "holds no journal"), (no_target, "nobody is there")],
)
def test_what_cannot_be_reported_is_told_in_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    work: Callable[[Run], None],
    words: str,
) -> None:
    monkeypatch.setenv("HARNESS_API_KEY", "a-key-that-nobody-asks-for")

    with pytest.raises(SystemExit) as ended:
        carry_out({**FLAGS, "report": str(tmp_path / "report")}, work)

    assert ended.value.code == 3
    [line] = capsys.readouterr().err.splitlines()
    assert words in line
