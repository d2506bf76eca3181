"""Does memory grow with the length of a run? `python benchmarks/soak_memory.py --minutes 10`.

New customers come at a fixed rate to the embedded sandbox, and the resident memory of every process is read each
second. An early reading (the median of the minute that begins when a fifth of the run is over, when all is warm) stands
beside that of the run's last minute; then the report is made again from the journal, which grew with the run, and the
highest reading of that process is told as well. The sandbox, which keeps its ground truth in memory, is no part of the
instrument, and is shown for comparison.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from statistics import median

import psutil

REPORT = """
import sys
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from harness.report.write import write_report
result = write_report(Path(sys.argv[1]))
print(getrusage(RUSAGE_SELF).ru_maxrss * 1024, result["load"]["messages"]["sent"], result["verdict"])
"""
# What a command line of ours holds, and what its process is called.
NAMES = (("locust", "customers"), ("harness.sink", "sink"), ("sandbox", "sandbox"))
Readings = dict[str, list[tuple[float, int]]]


def name_of(process: psutil.Process) -> str:
    words = " ".join(process.cmdline())
    return next((name for part, name in NAMES if part in words), "harness")


def watch(load: subprocess.Popen[bytes], until_s: float) -> Readings:
    """(seconds since the beginning, bytes) by process. A process that comes twice is the sum of both."""
    readings: Readings = defaultdict(list)
    began = time.monotonic()
    main = psutil.Process(load.pid)
    while load.poll() is None and time.monotonic() - began < until_s:
        found: dict[str, int] = defaultdict(int)
        for process in (main, *main.children(recursive=True)):
            try:
                found[name_of(process)] += process.memory_info().rss
            except psutil.Error:  # it ended just now
                continue
        for name, size in found.items():
            readings[name].append((time.monotonic() - began, size))
        time.sleep(1)
    return readings


def within(readings: list[tuple[float, int]], begin_s: float, end_s: float) -> float:
    return median(size for at, size in readings if begin_s <= at < end_s)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument(
        "--arrival-rate", type=float, default=20, help="new customers a second, of five or six messages"
    )
    parser.add_argument("--workers", type=int, default=0)
    options = parser.parse_args()
    duration_s = options.minutes * 60
    stretch_s = min(60.0, duration_s / 5)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "run"
        argv = [sys.executable, "-m", "harness", "load", "arrivals", "--arrival-rate", f"{options.arrival_rate:g}"]
        argv += ["--duration", f"{duration_s:g}s", "--think", "0.5s", "--workers", str(options.workers)]
        argv += ["--report", str(folder)]
        with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as load:
            try:
                readings = watch(load, duration_s)
                load.wait(duration_s + 300)
            finally:
                load.kill()
        journal = next(folder.glob("journal.ndjson*"))
        done = subprocess.run([sys.executable, "-c", REPORT, str(folder)], capture_output=True, text=True, check=True)
        peak, sent, verdict = done.stdout.split()
        written = journal.stat().st_size / 1e6
        print(f"{int(sent):,} messages in {options.minutes:g} min, {written:,.0f} MB of journal: {verdict}")
    print(f"{'MB':<12} {'early':>8} {'late':>8} {'ratio':>6}")
    for process, read in sorted(readings.items()):
        early = within(read, duration_s / 5, duration_s / 5 + stretch_s)
        late = within(read, duration_s - stretch_s, duration_s)
        print(f"{process:<12} {early / 1e6:>8.1f} {late / 1e6:>8.1f} {late / early:>6.3f}")
    print(f"{'report':<12} {'':>8} {int(peak) / 1e6:>8.1f}")


if __name__ == "__main__":
    main()
