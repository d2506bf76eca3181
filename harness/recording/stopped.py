"""What stands in the journal of a run that was stopped at once, whichever of its phases were left no time to write."""

import time
from pathlib import Path

from harness.errors import JournalError
from harness.events import Began, Ended
from harness.recording.reader import PARTS, open_run
from harness.recording.writer import JournalWriter, header_now

REASON = "stopped at once"
# Whose end it is where every phase had come to its own: that of the run as a whole.
WHOLE = "run"


def note_stopped(folder: Path, run_id: str) -> None:
    """Ends every phase that began and did not end, so that the report says what the exit code says: interrupted.

    A run that has no journal yet gets none: it has nothing to report.
    """
    try:
        milestones = [event for part in open_run(folder) for event in part.milestones]
    except JournalError:
        return
    over = {event.phase for event in milestones if isinstance(event, Ended)}
    left = [event.phase for event in milestones if isinstance(event, Began) and event.phase not in over]
    for phase in left or [WHOLE]:
        part = folder / PARTS / f"{phase}-stopped.ndjson"
        with JournalWriter(part, header_now(run_id, phase, "harness")) as journal:
            journal.write(Ended(time.monotonic_ns(), time.time_ns(), phase, "interrupted", REASON))
