"""Locust's master, which has no customers of its own: it sees to it that those of its workers end in order.

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
from harness.load.patience import MARGIN_S, farewell_s
from harness.load.plan import LoadPlan
from harness.load.timetable import Timetable
from harness.profile import Profile

log = logging.getLogger(__name__)

CHECK_S = 0.1


class Foreman:
    """The life of a master's process."""

    def __init__(self, environment: Any, web_ui: Any, profile: Profile, plan: LoadPlan) -> None:
        self._environment = environment
        self._web_ui = web_ui
        self._profile = profile
        self._plan = plan
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
        self._interrupt = gevent.signal_handler(signal.SIGINT, self._leave)

    def _begin(self, **_: Any) -> None:
        self._environment.host = self._profile.base_url
        if self._timer is None and not self._web_ui:
            self._timer = gevent.spawn_later(self._plan.run_s, self._leave)

    def _end(self, **_: Any) -> None:
        self._dismiss()
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
