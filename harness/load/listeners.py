"""Connects a scenario to Locust: when a run begins, when it stops, and how the process ends."""

import logging
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any, Protocol

import gevent
from gevent.event import Event as Signal
from gevent.lock import RLock
from locust.exception import StopTest
from locust.runners import LocalRunner, MasterRunner, WorkerRunner

from harness.errors import ChildDied, CouldNotRun, HarnessError, UsageError
from harness.events import Ending
from harness.live import Live
from harness.load.attached import Attached
from harness.load.customer import Customer
from harness.load.foreman import Foreman
from harness.load.hand import Hand
from harness.load.handover import Handover
from harness.load.patience import farewell_s
from harness.load.plan import FASTEST, PHASE
from harness.load.standalone import Standalone, add_options
from harness.load.station import Station
from harness.load.timetable import Timetable
from harness.load.web.tab import Tab
from harness.observer import Observer
from harness.profile import resolve
from harness.sink.process import parts_of

log = logging.getLogger(__name__)

WATCH_S = 0.5
# A run that was stopped so near to its end was not cut short: seconds.
TIMER_S = 0.5


class Host(Protocol):
    """Who stands behind this process: a command (Attached) or nobody (Standalone)."""

    station: Station
    closing_words: str
    folder: Path

    def begin(self) -> None: ...

    def end(self, ending: Ending, reason: str | None) -> int: ...


def listen(events: Any) -> None:
    """For a scenario's file, once."""
    ready = Signal()
    events.init_command_line_parser.add_listener(add_options)
    # A worker may be told to begin while it is still finding its sinks: what begins waits for what prepares it.
    events.test_start.add_listener(lambda **_: ready.wait())
    events.init.add_listener(_init)
    events.init.add_listener(lambda **_: ready.set())


def _init(environment: Any, runner: Any, web_ui: Any, **_: Any) -> None:
    try:
        handover = Handover.from_environment(os.environ)
        if handover is None and isinstance(runner, WorkerRunner) and environment.parsed_options.processes:
            sys.exit(UsageError.exit_code)  # the master of these processes says why
        if handover is None and not isinstance(runner, LocalRunner):
            raise UsageError("by hand this runs in one process: for more, `harness load --workers N` starts Locust")
        if handover and isinstance(runner, MasterRunner):
            Foreman(environment, web_ui, resolve({}, os.environ, {}), handover)
            return
        _check(environment, handover.plan.arrival_rate if handover else environment.parsed_options.arrival_rate)
        host = Attached(handover, os.environ) if handover else _by_hand(environment)
    except HarnessError as error:
        sys.stderr.write(f"harness: {error}\n")
        sys.exit(error.exit_code)
    Customer.station = host.station
    _Shift(environment, web_ui, host)


def _check(environment: Any, arrival_rate: float | None) -> None:
    """Whether there is a rate where, and only where, the scenario has a timetable."""
    is_open = any(issubclass(user_class, Timetable) for user_class in environment.user_classes)
    if is_open and not (arrival_rate and 0 < arrival_rate <= FASTEST):
        raise UsageError(f"this scenario takes --arrival-rate PER_SECOND, above 0 and up to {FASTEST:g}")
    if not is_open and arrival_rate is not None:
        raise UsageError("--arrival-rate: the customers of this scenario come back again and again; leave it out")


def _by_hand(environment: Any) -> Standalone:
    asks = any(getattr(user_class, "asks_for_a_human", False) for user_class in environment.user_classes)
    return Standalone(environment.parsed_options, os.environ, takes_phrases=asks)


class _Shift:
    """The life of one Locust process, from `init` to `quitting`."""

    def __init__(self, environment: Any, web_ui: Any, host: Host) -> None:
        self._environment = environment
        self._web_ui = web_ui
        self._host = host
        self._trouble: HarnessError | None = None
        self._began_s: float | None = None
        self._cut_short: bool | None = None
        self._ended = False
        self._ending = RLock()
        farewell = farewell_s(host.station.profile.reply_timeout)
        environment.stop_timeout = max(environment.stop_timeout, farewell)
        environment.events.test_start.add_listener(self._begin)
        self._tab = self._open_tab() if web_ui else None
        if isinstance(environment.runner, WorkerRunner):
            Hand(environment, host.station)
        environment.events.test_stopping.add_listener(self._stopping)
        environment.events.quitting.add_listener(self._end)
        environment.events.quit.add_listener(self._say_goodbye)
        self._watching = gevent.spawn(self._watch)
        self._interrupt = gevent.signal_handler(signal.SIGINT, self._leave)

    def _open_tab(self) -> Tab:
        station, folder = self._host.station, self._host.folder
        live = Live(station.profile.reply_timeout)
        station.watch(Observer(live, time.time_ns() - time.monotonic_ns()).enter)
        return Tab(self._environment, self._web_ui, station, live, folder, parts_of(folder, PHASE, station.plan.sinks))

    def _begin(self, **_: Any) -> None:
        """A run has one target, the one that it was started with: the key must not follow a change in the web UI."""
        self._environment.host = self._host.station.profile.base_url
        self._began_s = self._began_s or time.monotonic()
        try:
            self._host.begin()
        except CouldNotRun as error:
            self._trouble = error
            raise StopTest(str(error)) from None  # Locust then stops, and quits where it is headless

    def _stopping(self, **_: Any) -> None:
        """A run without a set time is always ended from outside; one that has a time is cut short before it."""
        if self._cut_short is None and self._began_s is not None:
            options = self._environment.parsed_options
            left_s = (options.run_time or 0) - (time.monotonic() - self._began_s)
            self._cut_short = bool(options.headless) and left_s > TIMER_S

    def _end(self, **_: Any) -> None:
        """Lets the customers finish, then the rest. Locust may call it twice at once: the second call waits."""
        with self._ending:
            if self._ended:
                return
            self._environment.runner.stop()
            self._watching.kill(block=False)
            if self._tab:
                self._tab.close()
            self._trouble = self._trouble or self._crash()
            ending: Ending = "died" if self._trouble else "interrupted" if self._cut_short else "completed"
            code = self._host.end(ending, str(self._trouble) if self._trouble else None)
            self._environment.process_exit_code = self._trouble.exit_code if self._trouble else code
            self._ended = True

    def _say_goodbye(self, **_: Any) -> None:
        """After Locust's own tables, so that it is what the eye meets last."""
        sys.stdout.write(self._host.closing_words)
        self._host.closing_words = ""

    def _crash(self) -> HarnessError | None:
        """Locust lets its users go on after an exception of ours; a run in which there was one is not to be trusted."""
        crashes = self._environment.runner.exceptions.values()
        return ChildDied(f"a customer crashed: {next(iter(crashes))['msg']}") if crashes else None

    def _watch(self) -> None:
        """Ends the run when the sink is gone: from then on no reply can be seen."""
        while self._trouble is None:
            gevent.sleep(WATCH_S)
            try:
                self._host.station.postbox.raise_if_dead()
            except CouldNotRun as error:
                self._trouble = error
                log.error("%s", error)
        self._leave()

    def _leave(self) -> None:
        """Also what the first Ctrl-C does. A second one then finds Locust's own handler gone, and ends at once."""
        self._interrupt.cancel()
        self._environment.runner.quit()
        if self._web_ui:
            self._web_ui.stop()
