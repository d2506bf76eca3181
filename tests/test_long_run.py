"""What the length of a run costs: time and disk, and no memory."""

import subprocess
import sys
from pathlib import Path

import pytest

from harness.recording.reader import open_run
from tests.long_run import write_long_run

REPORT = """
import sys
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from harness.report.write import write_report
load = write_report(Path(sys.argv[1]))["load"]
print(getrusage(RUSAGE_SELF).ru_maxrss, load["messages"]["planned"])
"""


@pytest.mark.slow
def test_a_run_of_three_times_as_many_events_takes_no_more_memory_to_report(tmp_path: Path) -> None:
    short, long = (peak_of_report(tmp_path / str(count), count) for count in (5_000, 15_000))

    assert long < 1.09 * short
    assert sum(1 for part in open_run(tmp_path / "5000") for _ in part.events) > 20 * 5_000


def peak_of_report(folder: Path, conversations: int) -> int:
    """In kB."""
    write_long_run(folder, conversations)
    done = subprocess.run([sys.executable, "-c", REPORT, str(folder)], capture_output=True, text=True, check=True)
    peak, messages = map(int, done.stdout.split())
    assert messages == 5 * conversations
    return peak
