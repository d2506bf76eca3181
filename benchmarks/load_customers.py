"""How many customers in conversation at once this machine holds: `python benchmarks/load_customers.py`.

Sandbox, sink and customers share its cores. Each line is a run of its own, with more customers than the one before, who
think for so long that they send as many messages a second at most as the first do. It ends with the first run whose
figures are invalid, or that lost a message: that is where it breaks, and the reasons say what broke.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

# Messages a second that all of them send together, and how many of them arrive in a second.
MESSAGES, ARRIVING = 500.0, 500.0
COUNTS = (1_000, 5_000, 20_000, 50_000, 100_000)
# For how long they are all there: seconds.
TOGETHER_S = 30


def run(customers: int, workers: int, folder: Path) -> dict[str, Any]:
    ramp_s = max(5.0, customers / ARRIVING)
    argv = [sys.executable, "-m", "harness", "load", "conversations", "--customers", str(customers)]
    argv += ["--think", f"{max(1.0, customers / MESSAGES):g}s", "--ramp-up", f"{ramp_s:g}s"]
    argv += ["--duration", f"{ramp_s + TOGETHER_S:g}s", "--workers", str(workers), "--report", str(folder)]
    done = subprocess.run(argv, check=False, capture_output=True, text=True)
    result = folder / "result.json"
    if not result.exists():
        raise SystemExit(f"the run failed:\n{done.stdout}\n{done.stderr}")
    load: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))["load"]
    return load


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=COUNTS[-1])
    parser.add_argument("--workers", type=int, default=0)
    options = parser.parse_args()
    print(f"{'customers':>9} {'messages/s':>10} {'reply p99':>9} {'late p99':>8} {'lost':>5}  figures")
    for customers in (count for count in COUNTS if count <= options.most):
        with tempfile.TemporaryDirectory() as name:
            load = run(customers, options.workers, Path(name) / "run")
        validity, lost = load["validity"], load["replies"]["lost"]
        row = (
            f"{customers:>9,} {load['messages']['sent'] / load['duration_s']:>10,.0f} {load['reply_ms']['p99']:>9,.0f} "
            f"{validity['schedule_lateness_ms']['p99']:>8,.1f} {lost:>5}  {validity['verdict']}"
        )
        print("; ".join((row, *validity["reasons"])), flush=True)
        if validity["verdict"] == "invalid" or lost:
            break


if __name__ == "__main__":
    main()
