"""What workers saw is in the master's picture once, though reports get lost and come twice."""

import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import msgpack
import pytest

from harness.events import Acked, Event, Planned, Replied, Sent
from harness.live import Live
from harness.load.web.dispatches import Dispatches, Gathering
from harness.unclaimed import SETTLED_S

OFFSET = time.time_ns() - time.monotonic_ns()


class Hook:
    """One of Locust's events, whose own cannot be had without its patches of the standard library."""

    def __init__(self) -> None:
        self.listeners: list[Callable[..., None]] = []
        self.add_listener = self.listeners.append

    def fire(self, **given: Any) -> None:
        for listener in self.listeners:
            listener(**given)


def events() -> SimpleNamespace:
    return SimpleNamespace(report_to_master=Hook(), worker_report=Hook())


class Worker:
    """As far as its reports go."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.tell: Callable[[Event], None] = lambda event: None
        self.receipt: Callable[..., None] = lambda **_: None
        station = SimpleNamespace(profile=SimpleNamespace(reply_timeout=5.0), watch=self._watch)
        self._environment = SimpleNamespace(events=events(), runner=SimpleNamespace(register_message=self._register))
        Dispatches(self._environment, station)  # type: ignore[arg-type]

    def report(self) -> bytes:
        data: dict[str, Any] = {}
        self._environment.events.report_to_master.fire(client_id=self.name, data=data)
        packed: bytes = msgpack.dumps(data)
        return packed

    def talk(self, number: int, session: str | None = None) -> None:
        at = time.monotonic_ns()
        session = session or f"{self.name}-{number}"
        opening, message = f"o{number}", f"m{number}"
        for event in (
            Planned(at, opening, "createSession", "c1"),
            Sent(at, opening),
            Acked(at + 1, opening, 201, session=session, user="u"),
            Planned(at, message, "sendMessage", "c1", session),
            Sent(at, message),
            Acked(at + 2, message, 200),
        ):
            self.tell(event)

    def _watch(self, watcher: Callable[[Event], None]) -> None:
        self.tell = watcher

    def _register(self, name: str, listener: Callable[..., None]) -> None:
        self.receipt = listener


def master(*workers: Worker) -> tuple[Live, Callable[[Worker, bytes], None]]:
    live, hooks = Live(5.0), events()
    named = {worker.name: worker for worker in workers}

    def send_message(kind: str, data: int, client_id: str) -> None:
        named[client_id].receipt(environment=None, msg=SimpleNamespace(data=data))

    runner = SimpleNamespace(send_message=send_message)
    Gathering(SimpleNamespace(events=hooks, runner=runner), live, len(workers))

    def hear(worker: Worker, report: bytes) -> None:
        data = msgpack.loads(report, strict_map_key=False)
        hooks.worker_report.fire(client_id=worker.name, data=data)

    return live, hear


def test_a_report_that_is_lost_loses_nothing_and_one_that_comes_twice_counts_once():
    one = Worker("one")
    live, hear = master(one)

    one.talk(1)
    one.report()
    one.talk(2)
    second = one.report()
    hear(one, second)
    hear(one, second)
    one.talk(3)
    hear(one, one.report())
    hear(one, second)

    assert (live.messages["sent"], live.sessions["accepted"]) == (3, 3)


def test_what_was_received_is_not_sent_again():
    one = Worker("one")
    _, hear = master(one)
    one.talk(1)
    full = one.report()
    hear(one, full)

    empty = one.report()

    assert len(msgpack.loads(empty)["harness"]) == 1
    assert len(empty) < len(full)


def test_each_arrival_is_counted_once_and_what_is_nobodys_is_misrouted(monkeypatch: pytest.MonkeyPatch):
    one, other = workers = Worker("one"), Worker("other")
    live, hear = master(*workers)
    one.talk(1)
    other.talk(1)
    for session in ("one-1", "other-1", "nobodys"):
        arrival = Replied(time.monotonic_ns() + 1000, 0, session, "u", "bot", session)
        for worker in workers:
            worker.tell(arrival)
    later = time.time_ns() + (SETTLED_S + 2) * 1_000_000_000
    monkeypatch.setattr("harness.load.web.dispatches.time.time_ns", lambda: later)

    for worker in workers:
        hear(worker, worker.report())

    assert {name: count for name, count in live.arrivals.items() if count} == {"first": 2, "misrouted": 1}
    assert live.reply.count == 2
