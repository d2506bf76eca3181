"""Locust's master, which has no customers of its own: it sees to it that those of its workers end in order.

In the web UI it also hands them the plan of each start, and gathers what they see.

Locust's own master tells its workers to quit and is gone half a second later, whatever they still wait for; and a
worker that it told to stop hears nothing more until the time for that is over.
"""

import logging
import signal
import time
from typing import Any

import gevent
from gevent.lock import RLock

from harness.errors import ChildDied
from harness.events import Replanned
from harness.live import Live
from harness.load.handover import Handover
from harness.load.patience import MARGIN_S, farewell_s
from harness.load.plan import PHASE, LoadPlan
from harness.load.settings import planned
from harness.load.timetable import Timetable
from harness.load.web import orders
from harness.load.web.dispatches import Gathering
from harness.load.web.tab import Tab
from harness.profile import Profile
from harness.recording.reader import PARTS
from harness.recording.writer import JournalWriter, header_now
from harness.sink.process import parts_of

log = logging.getLogger(__name__)

CHECK_S = 0.1
# Its name in the journal.
ROLE = "master"


class Foreman:
    """The life of a master's process."""

    def __init__(self, environment: Any, web_ui: Any, profile: Profile, handover: Handover) -> None:
        self._environment = environment
        self._web_ui = web_ui
        self.profile = profile
        self.plan = plan = handover.plan
        self._farewell_s = farewell_s(profile.reply_timeout)
        self._timer: gevent.Greenlet | None = None
        self._dismissed = False
        self._dismissing = RLock()
        environment.stop_timeout = max(environment.stop_timeout, self._farewell_s)
        for user_class in environment.user_classes:
            if issubclass(user_class, Timetable):
                user_class.fixed_count = plan.workers
        environment.events.test_start.add_listener(self._begin)
        environment.events.quitting.add_listener(self._end)
        environment.events.worker_connect.add_listener(self._dismiss_late_comer)
        self._journal: JournalWriter | None = None
        self._tab = self._open_tab(handover) if web_ui else None
        self._interrupt = gevent.signal_handler(signal.SIGINT, self._leave)

    def adopt(self, plan: LoadPlan) -> None:
        """From the next start on the workers' customers come by this plan."""
        self.plan = plan
        orders.give(self._environment, plan)
        if self._journal is not None:
            self._journal.write(Replanned(time.monotonic_ns(), planned(plan)))

    def _open_tab(self, handover: Handover) -> Tab:
        folder, live = handover.folder, Live(self.profile.reply_timeout)
        part = folder / PARTS / f"{PHASE}-{ROLE}.ndjson"
        self._journal = JournalWriter(part, header_now(handover.run, PHASE, ROLE), self.profile.redactor)
        Gathering(self._environment, live, self.plan.workers)
        return Tab(self._environment, self._web_ui, self, live, folder, parts_of(folder, PHASE, self.plan.sinks))

    def _begin(self, **_: Any) -> None:
        self._environment.host = self.profile.base_url
        if self._timer is None and not self._web_ui:
            self._timer = gevent.spawn_later(self.plan.run_s, self._leave)

    def _end(self, **_: Any) -> None:
        self._dismiss()
        if self._tab:
            self._tab.close()
        if self._journal is not None:
            self._journal.close()
        crashes = self._environment.runner.exceptions.values()
        if crashes:
            log.error("a customer crashed: %s", next(iter(crashes))["msg"])
            self._environment.process_exit_code = ChildDied.exit_code
        else:
            self._environment.process_exit_code = 0

    def _leave(self) -> None:
        self._interrupt.cancel()
        self._dismiss()
        self._environment.runner.quit()
        if self._web_ui:
            self._web_ui.stop()

    def _dismiss_late_comer(self, client_id: str, **_: Any) -> None:
        """One that was between two starts when the others were told."""
        if self._dismissed:
            self._environment.runner.send_message("quit", client_id=client_id)

    def _dismiss(self) -> None:
        """Has the workers quit, and waits for them: each says when its customers are done and all is written."""
        runner = self._environment.runner
        with self._dismissing:
            if self._dismissed:
                return
            self._dismissed = True
            runner.stop(send_stop_to_client=False)
            runner.send_message("quit")
            deadline = time.monotonic() + self._farewell_s + MARGIN_S
            while runner.worker_count and time.monotonic() < deadline:
                gevent.sleep(CHECK_S)
