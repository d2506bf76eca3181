"""The open model: customers come when the timetable says so, however the target fares, and each comes once."""

import time
from collections.abc import Iterator
from random import Random
from typing import Any, ClassVar

import gevent
from gevent.event import Event as Signal
from gevent.pool import Group
from locust import User, constant, task
from locust.exception import StopUser

from harness.load.arrivals import Shape, arrivals, endless, share, steady
from harness.load.customer import SECOND, Customer

# After so many customers in one go the others get a turn: a timetable that is behind must not hold up those who came.
AT_ONCE = 20


class Timetable(User):
    """Lets customers in. A scenario's subclass names who comes, and says how the rate moves over the run."""

    abstract = True
    # Locust starts exactly one of these in each process, and nobody else: the customers are started here.
    fixed_count = 1
    _open: ClassVar[bool] = False
    wait_time = constant(0)

    customer: ClassVar[type[Customer]]
    shape: ClassVar[Shape] = steady()

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self._closing = Signal()
        # Locust knows nothing of them: it would stop those that its own plan did not ask for.
        self._inside = Group()
        environment.events.test_stopping.add_listener(self._close)

    def stop(self, force: bool = False) -> bool:
        """Locust's wish that the run ends: nobody comes any more, and who is inside may finish."""
        self._close()
        stopped: bool = super().stop(force=force)
        return stopped

    def on_stop(self) -> None:
        """Also where the time to finish is over: then who is still inside is cut off."""
        self._inside.kill()

    @task
    def let_customers_in(self) -> None:
        if Timetable._open:  # Locust gives this process that of another, which died: its customers are missing
            raise StopUser
        Timetable._open = True
        try:
            self._let_in(time.monotonic_ns())
        finally:
            Timetable._open = False
        raise StopUser

    def _let_in(self, began: int) -> None:
        dues = (began + round(moment * SECOND) for moment in self._moments())
        for number, due in enumerate(dues):
            left = due - time.monotonic_ns()
            if left > 0:
                self._closing.wait(left / SECOND)
            elif number % AT_ONCE == 0:
                gevent.sleep(0)
            if self._closing.is_set():
                self._miss(due, dues)
                break
            self._admit(due)
        self._inside.join()

    def _moments(self) -> Iterator[float]:
        station = self.customer.station
        plan = station.plan
        assert plan.arrival_rate is not None  # seen to when the scenario was loaded
        dice = Random(f"{station.profile.seed}/arrivals")
        if plan.duration_s:
            moments = arrivals(plan.arrival_rate, plan.duration_s, self.shape, plan.spacing, dice)
        else:  # Locust was started by hand, to run until it is stopped
            moments = endless(plan.arrival_rate, plan.spacing, dice)
        return share(moments, station.worker, station.workers)

    def _admit(self, due: int) -> None:
        comer = self.customer(self.environment)
        comer.expect(due)
        comer.start(self._inside)

    def _close(self, **_: Any) -> None:
        if not self._closing.is_set():
            self._closing.set()
            for greenlet in list(self._inside):
                greenlet.args[0].stop()

    def _miss(self, due: int, later: Iterator[int]) -> None:
        """Who was due by now, and was not let in."""
        now = time.monotonic_ns()
        while due <= now:
            self.customer.station.miss(due)
            due = next(later, now + 1)
