"""A worker's machine: it joins a run, starts its customers there, and delivers what they write to the master.

The customers are a process of their own. Here runs what has to go on whatever they do: the comparison of clocks, the
delivery of their journal, the sign of life. Where the master is gone the customers leave, and the journal stays here.
"""

import signal
import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from harness.clocks import Comparison
from harness.errors import CouldNotRun, UsageError
from harness.journal import encode
from harness.load.gauges import CpuGauges
from harness.load.generator import LOGS, NAME, part_of, worker_arguments
from harness.load.handover import Handover
from harness.load.patience import PROCESS_S, farewell_s
from harness.load.remote.clock_line import ClockLine
from harness.load.remote.invitation import Invitation
from harness.load.remote.master import Master
from harness.load.remote.shipment import Shipment
from harness.processes.child import Child
from harness.processes.interrupt import Interrupt
from harness.profile import resolve
from harness.secret import Secret

BEAT_S = 0.5
# How often the clock is asked for before the customers begin: seconds.
QUICK_BEAT_S = 0.05
CPU_S = 1.0
# A master that is silent for longer is gone: seconds.
SILENCE_S = 10.0
# How long a master is waited for that is not there yet: seconds.
PATIENCE_S = 60.0


class Member:
    """One worker of a run that another machine commands."""

    def __init__(
        self,
        url: str,
        token: Secret,
        environment: Mapping[str, str],
        folder_of: Callable[[str], Path],
        interrupt: Interrupt,
        say: Callable[[str], None],
    ) -> None:
        """`environment` has the target's key, `folder_of` makes the folder for a part by its name. Raises UsageError
        where there is no key or the master turns us away, and CouldNotRun where there is no master."""
        if not environment.get("HARNESS_API_KEY"):
            raise UsageError("--worker takes the target's key in HARNESS_API_KEY: it is not sent between machines")
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname or not parts.port:
            raise UsageError(f"--worker {url}: it takes the URL that the master shows, such as http://10.0.0.1:5550")
        self._host = parts.hostname
        self._environment = environment
        self._interrupt = interrupt
        self._say = say
        self._master = Master(url, token)
        said = self._join()
        self._number = int(said["number"])
        self._invitation = Invitation.from_json(said["brief"], self._host)
        self._folder = folder_of(f"{self._invitation.run}-worker-{self._number + 1}").absolute()
        self._part = part_of(self._folder, self._number)
        self._clock = ClockLine(url, token)
        self._comparison = Comparison()
        self._shipment = Shipment(self._part, self._comparison)
        self._heard = time.monotonic()
        self._leaving = False
        self._deadline: float | None = None

    def _join(self) -> dict[str, Any]:
        """Workers may be started first: a master that is not there yet is waited for."""
        deadline = time.monotonic() + PATIENCE_S
        told = False
        while True:
            try:
                return self._master.join(socket.gethostname())
            except CouldNotRun as error:
                if time.monotonic() > deadline or self._interrupt.wait(BEAT_S):
                    raise
                if not told:
                    self._say(f"load: {error}; it is waited for")
                    told = True

    def serve(self) -> int:
        """From the meeting to the end of the run: the exit code. Raises CouldNotRun where the master is lost."""
        plan = self._invitation.plan
        self._say(f"load: worker {self._number + 1} of {plan.workers}, waiting for the others")
        try:
            if not self._wait_for_go():
                return self._farewell(1, "left before the run began", "")
            self._say(
                f"load: the run begins; its report is on the master's machine, a copy of this part in {self._folder}"
            )
            return self._work()
        finally:
            self._clock.close()
            self._master.close()

    def _wait_for_go(self) -> bool:
        """Whether the run began, rather than that this was called off."""
        while not self._interrupt.requested:
            self._clock.ask(self._comparison)
            told = self._beat()
            if told.get("leave"):
                return False
            if told.get("go"):
                return True
            self._interrupt.wait(BEAT_S if self._comparison.ready else QUICK_BEAT_S)
        return False

    def _work(self) -> int:
        with self._customers() as customers:
            gauges = CpuGauges({f"customers-{self._number + 1}": customers.pid})
            beat = cpu = time.monotonic()
            while customers.wait(QUICK_BEAT_S) is None:
                now = time.monotonic()
                self._part_with(customers, now)
                if now - cpu >= CPU_S:
                    cpu = now
                    self._shipment.add("".join(f"{encode(gauge)}\n" for gauge in gauges.sample()).encode())
                if now - beat >= BEAT_S:
                    beat = now
                    self._clock.ask(self._comparison)
                    self._leaving |= bool(self._beat().get("leave"))
                self._deliver()
            code = customers.exit_code or 0
            self._deliver_all()
            how = customers.obituary() if code else ("left before the end" if self._interrupt.requested else "done")
            return self._farewell(code or int(self._interrupt.requested), how, customers.last_words if code else "")

    def _customers(self) -> Child:
        profile = resolve({}, {**self._environment, **self._invitation.target}, {})
        plan, number = self._invitation.plan, self._number
        handover = Handover(self._part, self._invitation.run, plan, number, compares_clocks=True)
        (self._folder / LOGS).mkdir(parents=True, exist_ok=True)
        return Child(
            f"{NAME} {number + 1}",
            worker_arguments(plan, self._host, self._invitation.locust),
            environment={**self._invitation.target, **self._invitation.sinks, **handover.environment()},
            log=self._folder / LOGS / f"locust-{number + 1}.log",
            redactor=profile.redactor,
        )

    def _part_with(self, customers: Child, now: float) -> None:
        """Has them leave where somebody wishes it, or the master is gone; and makes them, where they do not."""
        if now - self._heard > SILENCE_S:
            customers.stop(PROCESS_S)
            raise CouldNotRun(f"the master is silent; what this worker measured is in {self._part}")
        if self._deadline is None and (self._leaving or self._interrupt.requested):
            customers.signal(signal.SIGTERM)
            reply_timeout_s = float(self._invitation.target["HARNESS_REPLY_TIMEOUT"])
            self._deadline = now + farewell_s(reply_timeout_s) + PROCESS_S
        if self._deadline is not None and now > self._deadline:
            customers.stop(grace=0)

    def _beat(self) -> dict[str, object]:
        """A sign of life, and what the master wants; nothing where it did not answer this time."""
        clock = (
            (self._comparison.offset(time.monotonic_ns()), self._comparison.bound) if self._comparison.ready else None
        )
        try:
            told = self._master.tell(clock)
        except OSError:
            if time.monotonic() - self._heard > SILENCE_S and not self._part.exists():
                raise CouldNotRun(f"the master at {self._master.url} is gone") from None
            return {}
        self._heard = time.monotonic()
        return told

    def _deliver(self) -> bool:
        """Whether everything is there that there is to deliver."""
        self._shipment.fetch()
        lines = self._shipment.waiting
        if not lines:
            return True
        try:
            self._shipment.arrived(self._master.deliver(self._shipment.delivered, lines))
            self._heard = time.monotonic()
        except OSError:
            self._interrupt.wait(QUICK_BEAT_S)
        return False

    def _deliver_all(self) -> None:
        """Raises CouldNotRun where the master is lost meanwhile."""
        while not self._deliver():
            if time.monotonic() - self._heard > SILENCE_S:
                raise CouldNotRun(f"the master is silent; what this worker measured is in {self._part}")

    def _farewell(self, code: int, how: str, last_words: str) -> int:
        try:
            self._master.end(code, how, last_words)
        except OSError as error:
            raise CouldNotRun(f"the master is gone before the end: {error}") from None
        return code
