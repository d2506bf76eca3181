"""`harness calibrate`: is the instrument true on this machine? Loads on a sandbox that knows what really happened."""

import json
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from harness.calibration import ASIDES, Score, scores, stall
from harness.cli.complaint import errors_told
from harness.cli.outcome import new_folder
from harness.cli.progress import Progress
from harness.cli.target import embedded
from harness.errors import ChildDied
from harness.events import Event, Planned
from harness.exit_codes import EXIT_CODES, EXIT_INTERRUPTED
from harness.journal import in_time
from harness.load.plan import FASTEST, LoadPlan
from harness.load.plan import Progress as Progressed
from harness.load.run import run_load
from harness.processes.child import Child
from harness.processes.interrupt import Interrupt
from harness.recording.reader import read_run
from harness.report.write import write_report

NAME = "calibration.json"
TRUTH = "truth.ndjson"
# Late is a reply after this: seconds. What is asked to be late comes half as much later again.
REPLY_TIMEOUT_S = 2.0
FIGURES = LoadPlan(customers=150, duration_s=20, spawn_s=2, think_s=0.4, asides=ASIDES)
KNOWN_DELAYS = ("--answer-median", "0.1", "--reply-median", "0.3", "--late-delay", str(1.5 * REPLY_TIMEOUT_S))
STALLED = LoadPlan(scenario="arrivals", customers=0, arrival_rate=20.0, duration_s=15, think_s=0.5)
STALL_AFTER_S, STALL_S = 5.0, 3.0
BUSY = (
    "What else runs here is the usual cause: in the last minute {load:.1f} processes wanted to run, on {cores} cores."
    " End it, and calibrate again;\nwhere figures are off on an idle machine as well, measure on another."
)


@dataclass(frozen=True, slots=True)
class Part:
    """One load: its scores, whether its own verdict lets its figures count, and if not, why."""

    name: str
    validity: str
    reasons: tuple[str, ...]
    scores: tuple[Score, ...]

    @property
    def holds(self) -> bool:
        return self.validity != "invalid" and all(score.holds for score in self.scores)


@click.command()
@click.option("--report", "report", metavar="DIR", help="Where it goes. Default: reports/<run-id>/.")
@click.option("--seed", default=0, type=int, show_default=True, help="Of everything that is drawn at random.")
def command(report: str | None, seed: int) -> None:
    """Prove the instrument on this machine: every figure of a load run against a sandbox's own log.

    One load meets known delays, and replies that are lost, late, doubled, misrouted or malformed; counts must be exact
    and percentiles right to 1 ms or 1 %. In another the sandbox stands still for 3 of 15 s. It takes a minute.
    """
    with errors_told():
        run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
        folder = new_folder(report, run_id)
        with Interrupt() as interrupt:
            parts = [part(folder, run_id, seed, interrupt) for part in (_figures, _stall)]
        for part in parts:
            _show(part)
        _write(folder / NAME, run_id, seed, parts)
    good = all(part.holds for part in parts)
    click.echo(f"\nThe instrument is {'true' if good else 'NOT true'} on this machine, here and now: {folder / NAME}")
    if not good:
        click.echo(BUSY.format(load=os.getloadavg()[0], cores=os.cpu_count()))
    sys.exit(EXIT_CODES["pass" if good else "invalid"])


def _figures(folder: Path, run_id: str, seed: int, interrupt: Interrupt) -> Part:
    load, truth, _ = _measured(folder / "figures", run_id, seed, FIGURES, interrupt, *KNOWN_DELAYS)
    return _part("every figure, with known delays and faults", load, scores(load, truth))


def _stall(folder: Path, run_id: str, seed: int, interrupt: Interrupt) -> Part:
    stopped: list[int] = []
    load, _, events = _measured(folder / "stall", run_id, seed, STALLED, interrupt, stopped=stopped)
    due = [event.at for event in events if isinstance(event, Planned) and event.operation == "createSession"]
    begin, end = stopped
    return _part(f"a target that stands still for {STALL_S:g} of 15 s", load, [stall(load, due, begin, end)])


def _part(name: str, load: dict[str, Any], found: Sequence[Score]) -> Part:
    validity = load["validity"]
    return Part(name, validity["verdict"], tuple(validity["reasons"]), tuple(found))


def _measured(
    folder: Path,
    run_id: str,
    seed: int,
    plan: LoadPlan,
    interrupt: Interrupt,
    *options: str,
    stopped: list[int] | None = None,
) -> tuple[dict[str, Any], list[dict[str, Any]], list[Event]]:
    """The load of the result, the truth, and the events of the run. `stopped` takes when the sandbox stood still."""
    folder.mkdir()
    timeout = REPLY_TIMEOUT_S if plan.asides else 10.0
    # Of a profile that lies about, nothing may slow the load down.
    flags = {"seed": seed, "reply_timeout": timeout, "max_rate": FASTEST}
    with embedded(flags, "--seed", str(seed), "--log", str(folder / TRUTH), *options) as (target, sandbox):
        with _stopping(sandbox, stopped) as on_progress, Progress() as progress:

            def tell(now: Progressed) -> None:
                on_progress(now)
                progress.show(f"{folder.name}: {now.elapsed_s:3.0f} s, {now.answered} answered")

            run_load(target.profile, folder, run_id, plan, interrupt=interrupt, on_progress=tell, watch=target.watch)
        if interrupt.requested:
            sys.exit(EXIT_INTERRUPTED)
        if sandbox.stop() != 0:
            raise ChildDied(f"the sandbox did not end in order\n{sandbox.last_words}")
    events = list(in_time(read_run(folder), "load"))
    result = write_report(folder, target.profile.redactor)
    truth = [json.loads(line) for line in (folder / TRUTH).read_text(encoding="utf-8").splitlines()]
    return result["load"], truth, events


@contextmanager
def _stopping(sandbox: Child, stopped: list[int] | None) -> Iterator[Callable[[Progressed], None]]:
    """Has the sandbox stand still once the run is so far under way, and go on in any case."""
    threads: list[threading.Thread] = []

    def stand_still() -> None:
        assert stopped is not None
        os.kill(sandbox.pid, signal.SIGSTOP)
        stopped.append(time.monotonic_ns())
        time.sleep(STALL_S)
        os.kill(sandbox.pid, signal.SIGCONT)
        stopped.append(time.monotonic_ns())

    def on_progress(now: Progressed) -> None:
        if stopped is not None and not threads and now.elapsed_s >= STALL_AFTER_S:
            threads.append(threading.Thread(target=stand_still, daemon=True))
            threads[0].start()

    try:
        yield on_progress
    finally:
        for thread in threads:
            thread.join()


def _show(part: Part) -> None:
    click.echo(f"\n{part.name}: figures {part.validity}")
    for reason in part.reasons:
        click.echo(f"  {reason}")
    click.echo(f"  {'':<24}{'truth':>12}{'measured':>12}{'off by':>10}{'allowed':>10}")
    for score in part.scores:
        shown = ["-" if value is None else f"{value:,g}" for value in (score.measured, score.error)]
        line = f"  {score.figure:<24}{score.truth:>12,g}{shown[0]:>12}{shown[1]:>10}{score.allowed:>10.3g}"
        click.echo(line + ("" if score.holds else "   OFF"))


def _write(path: Path, run_id: str, seed: int, parts: Sequence[Part]) -> None:
    told = {
        "schema": "harness-calibration/1",
        "run_id": run_id,
        "seed": seed,
        "verdict": "true" if all(part.holds for part in parts) else "off",
        "parts": [
            {
                "name": part.name,
                "validity": {"verdict": part.validity, "reasons": list(part.reasons)},
                "scores": [{**asdict(score), "error": score.error, "holds": score.holds} for score in part.scores],
            }
            for part in parts
        ],
    }
    path.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
