"""Watches the processes of a load run until the customers are done."""

import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from harness.errors import ChildDied
from harness.events import Aborted, Died, Ending
from harness.load.crew import Crew
from harness.load.early import EarlyEnd
from harness.load.gauges import CpuGauges
from harness.load.patience import PROCESS_S, farewell_s
from harness.load.plan import Progress
from harness.load.tail import Timeline
from harness.load.tally import Tally
from harness.processes.interrupt import Interrupt
from harness.recording.packing import Packing
from harness.recording.writer import JournalWriter
from harness.sink.sinks import Sinks

# How often the processes are looked at, and how often progress is told: seconds.
CHECK_S = 0.2
TELL_S = 1.0
# By then an event is in its file: nanoseconds after it happened.
WRITTEN_NS = 200_000_000


class Watch:
    """One run under way."""

    def __init__(
        self,
        sinks: Sinks,
        locust: Crew,
        parts: Sequence[Path],
        journal: JournalWriter,
        *,
        reply_timeout_s: float,
        on_progress: Callable[[Progress], None] | None,
        check: Callable[[], None] | None,
        live: EarlyEnd | None = None,
        pack: bool = True,
    ) -> None:
        """`parts` are the journals that the others write. `live` says when the run is to end early.
        They are packed as they grow; that others read them as well, as the tab does, rules it out.

        `check` is the caller's own look at what else must be alive: it raises CouldNotRun where it is not.
        """
        self._sinks = sinks
        self._locust = locust
        self._timeline = Timeline(*parts)
        self._journal = journal
        self._reply_timeout_s = reply_timeout_s
        self._on_progress = on_progress
        self._check = check
        self._live = live
        self._tally = Tally(reply_timeout_s)
        self._packing = Packing()
        self._pack = pack
        self._gauges = CpuGauges({"harness": os.getpid(), **locust.pids})
        self._aborted = False
        self._began = time.monotonic_ns()
        self._told_s = time.monotonic()

    def until_done(self, longest_s: float | None, interrupt: Interrupt) -> Ending:
        """Returns when Locust has ended in order, and why it did: by itself, by the interrupt, or early.

        Raises SinkDied or ChildDied where a process ended that should not have, or Locust did not end within
        `longest_s` seconds (None: it may run until it is interrupted), and whatever `check` raises.
        """
        with self._packing:
            return self._until_done(longest_s, interrupt)

    def _until_done(self, longest_s: float | None, interrupt: Interrupt) -> Ending:
        deadline = None if longest_s is None else time.monotonic() + longest_s
        ending: Ending = "completed"
        main = self._locust.main
        while main.wait(CHECK_S) is None:
            self._look()
            wish = self._wish(interrupt)
            if wish != "completed" and ending == "completed":
                ending = wish
                self._locust.signal(signal.SIGTERM)
                deadline = time.monotonic() + farewell_s(self._reply_timeout_s) + PROCESS_S
            if deadline is not None and time.monotonic() > deadline:
                raise ChildDied(f"the {main.name} did not end in time\n{main.last_words}")
        if main.exit_code != 0:
            self._locust.dismiss()
            self._drain()
            raise ChildDied(f"the {main.name} died ({main.obituary()})\n{self._locust.last_words()}")
        self._locust.settle(PROCESS_S)
        self._mourn()
        self._tell(back_ns=0)
        return ending

    def _wish(self, interrupt: Interrupt) -> Ending:
        if interrupt.requested:
            return "interrupted"
        return "aborted" if self._aborted else "completed"

    def _drain(self) -> None:
        """Lets the sink hear the replies that are still to come for what was accepted."""
        deadline = time.monotonic() + self._reply_timeout_s
        time.sleep(WRITTEN_NS / 1e9)
        self._read()
        while self._tally.waiting(time.monotonic_ns()) and time.monotonic() < deadline:
            time.sleep(CHECK_S)
            self._look()
            self._read()

    def _look(self) -> None:
        self._mourn()
        if self._check:
            self._check()
        if time.monotonic() - self._told_s >= TELL_S:
            self._tell()

    def _mourn(self) -> None:
        """Of several like processes one may die, and the run goes on; it is no longer what it was meant to be."""
        for process, how in (*self._sinks.died(), *self._locust.died()):
            self._journal.write(Died(time.monotonic_ns(), process, how))
        if self._locust.deserted:
            raise ChildDied(f"all workers died\n{self._locust.last_words()}")

    def _tell(self, back_ns: int = WRITTEN_NS) -> None:
        self._told_s = time.monotonic()
        self._journal.write(*self._gauges.sample())
        self._read(back_ns)
        if self._pack:
            self._packing.wish(self._timeline.positions())
        self._judge(time.monotonic_ns() - WRITTEN_NS)
        if self._on_progress:
            self._on_progress(self._tally.progress(self._began, time.monotonic_ns()))

    def _read(self, back_ns: int = WRITTEN_NS) -> None:
        for event in self._timeline.until(time.monotonic_ns() - back_ns):
            self._tally.enter(event)
            if self._live:
                self._live.enter(event)

    def _judge(self, now: int) -> None:
        """Notes the first window that breaks its objective."""
        breach = self._live.breach(now) if self._live and not self._aborted else None
        if breach:
            self._aborted = True
            self._journal.write(Aborted(time.monotonic_ns(), breach.objective.text, breach.at_s, breach.value))
