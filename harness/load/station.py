"""What all customers of one Locust process share: the target, the journal, the postbox for replies, and the ceiling."""

import itertools
import time
from collections.abc import Callable
from typing import Any

import gevent

from harness.assets import asset
from harness.contract import Contract
from harness.events import Event, Planned, Replanned
from harness.load.conversation import Script
from harness.load.http.dialler import Dialler
from harness.load.http.pool import Pool
from harness.load.http.requests import Requests
from harness.load.outcome import Judge
from harness.load.plan import LoadPlan
from harness.load.postbox import Postbox
from harness.load.pulse import Pulse
from harness.load.rows import Rows
from harness.load.settings import planned
from harness.load.turns import Turns
from harness.profile import Profile
from harness.recording.writer import JournalWriter

# By then an outcome is in the journal: seconds.
MOMENT_S = 0.05


class Station:
    """Shared by greenlets of one thread, so nothing here is locked."""

    def __init__(
        self, profile: Profile, postbox: Postbox, journal: JournalWriter, plan: LoadPlan, worker: int = 0
    ) -> None:
        """`worker` is which of the plan's workers this process is, from 0 on; there may be none but this process."""
        self.profile = profile
        self.postbox = postbox
        clean = profile.redactor.clean
        self.judge = Judge(Contract(asset("openapi.yaml").read_text("utf-8"), clean), clean)
        self.requests = Requests(profile)
        self.exchanges = 0
        self._rows: Rows | None = None
        self._dialler = Dialler(profile.base_url)
        self._shared = Pool(self._dialler, plan.connections) if plan.connections else None
        self._journal = journal
        self._noted: list[Event] = []
        self._writing: gevent.Greenlet | None = None
        self.plan = plan
        self.worker, self.workers = worker, max(plan.workers, 1)
        self.turns = Turns(profile.max_rate / self.workers if profile.max_rate else None)
        self._prefix = f"w{worker + 1}." if plan.workers else "l"
        self._customers = itertools.count(1 + worker, self.workers)
        self.script = self._script()
        self._watcher: Callable[[Event], None] | None = None
        self._pulse = Pulse(f"customers-{worker + 1}" if plan.workers else "customers", self.record)

    def new_request(self) -> str:
        """A name for one HTTP exchange, unique in the run."""
        self.exchanges += 1
        return f"{self._prefix}{self.exchanges}"

    def connections(self) -> Pool:
        """Those that a customer may use."""
        return self._shared or Pool(self._dialler, 1)

    def new_customer(self) -> int:
        """The next one's number: over all workers, each is given once."""
        return next(self._customers)

    def rows(self, environment: Any) -> Rows:
        """Locust's tables: one entry to them for all customers."""
        if self._rows is None:
            self._rows = Rows(environment.events.request)
        return self._rows

    def adopt(self, plan: LoadPlan) -> None:
        """Follows a plan, and has the journal say so."""
        self.follow(plan)
        self.record(Replanned(time.monotonic_ns(), planned(plan)))

    def follow(self, plan: LoadPlan) -> None:
        """From here on customers come by this plan. Those who are still there keep their connections."""
        if self._shared is None or plan.connections != self.plan.connections:
            self._shared = Pool(self._dialler, plan.connections) if plan.connections else None
        self.plan = plan
        self.script = self._script()

    def watch(self, watcher: Callable[[Event], None]) -> None:
        """Has `watcher` called with all that happens from now on, replies included; it must not block."""
        self._watcher = watcher
        self.postbox.on_arrival(watcher)

    def record(self, *events: Event) -> None:
        """Writes them at once: of whatever is sent, a kill leaves a trace."""
        if self._watcher is not None:
            for event in events:
                self._watcher(event)
        self._journal.write(*self._noted, *events)
        self._noted.clear()

    def miss(self, due: int) -> None:
        """A customer who was to come at `due`, and for whom there was no time."""
        self.note(Planned(due, self.new_request(), "createSession", "nobody"))

    def note(self, event: Event) -> None:
        """Has it written with what is recorded next, or in a moment."""
        if self._watcher is not None:
            self._watcher(event)
        self._noted.append(event)
        self._writing = self._writing or gevent.spawn(self._write_notes)

    def close(self) -> None:
        """Writes no more events. The postbox hears on until the sink or the process ends."""
        self._pulse.stop()
        if self._writing is not None:
            self._writing.kill(block=False)
        if self._noted:
            self.record()
        self._journal.close()

    def _script(self) -> Script:
        return Script(
            self.profile.seed, self.plan.think_s, avoid=self.profile.handover_phrases, asides=self.plan.asides
        )

    def _write_notes(self) -> None:
        while True:
            gevent.sleep(MOMENT_S)
            if self._noted:
                self.record()
