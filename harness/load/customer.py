"""A customer: one greenlet of Locust's that opens sessions, sends messages, and waits for each reply.

At most one message is in flight in a session, so that every reply has exactly one message that it can answer; unless
the plan has more, on purpose, to see how a target fares with customers who do not wait. Whatever
goes wrong with a message ends its conversation; the next one begins with a new session. Every request that was sent has
exactly one outcome in the journal, also when the run is cut off while it is in flight.
"""

import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import quote

import gevent
from gevent.event import Event as Signal
from locust import User
from locust.exception import RescheduleTaskImmediately, StopUser

from harness.client.retry_after import seconds as retry_after_s
from harness.errors import SinkDied, UsageError
from harness.events import Acked, Failed, Limited, Planned, Replied, Sent
from harness.load.conversation import Conversation
from harness.load.http.failure import reason_of
from harness.load.http.pool import Lease
from harness.load.manners import SETBACK_S, Manners, stay_away_s
from harness.load.outcome import CUT_OFF, Outcome
from harness.load.plan import NO_PHRASES
from harness.load.station import Station

# Who spawned whom is of no use here, and a customer in ten would fit into what remembering it takes.
gevent.config.track_greenlet_tree = False

SECOND = 1_000_000_000


class ConversationOver(RescheduleTaskImmediately):
    """This conversation cannot go on; the customer's next one can begin."""


@dataclass(frozen=True, slots=True)
class Session:
    """What createSession gave out. `user` is who its replies must name, `path` where its messages go."""

    id: str
    user: str | None
    path: str

    @classmethod
    def of(cls, session: str, user: str | None) -> "Session":
        return cls(session, user, f"/v1/sessions/{quote(session, safe='', errors='replace')}/messages")


class Customer(User):
    """The base of every customer. A scenario is a subclass whose task says what such a customer does."""

    abstract = True
    # Whether the scenario says what makes the target hand over to a human.
    asks_for_a_human: ClassVar[bool] = False
    station: ClassVar[Station]
    # Not in its dictionary, which costs ten times as much; there are thousands of them.
    __slots__ = (
        "_appointment",
        "_comes_once",
        "_due",
        "_free",
        "_leaving",
        "_name",
        "_number",
        "_owed",
        "_pool",
        "_rows",
        "_talks",
        "_turns",
    )

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self._pool = self.station.connections()
        self._rows = self.station.rows(environment)
        self._turns = self.station.turns
        self._leaving = Signal()
        self._number = self.station.new_customer()
        self._name = f"c{self._number}"
        self._talks = 0
        self._owed: tuple[int, ...] = ()
        self._free = self._due = time.monotonic_ns()
        self._appointment: int | None = None
        self._comes_once = False

    def expect(self, due: int) -> None:
        """Has it come once, at a planned moment (monotonic nanoseconds): its first request is due then, however late it
        is sent, and is counted as missed where it never is."""
        self._appointment = self._due = due
        self._comes_once = True

    def wait_time(self) -> float:
        """Locust asks between two tasks. It has no pause to make: what there is to wait for is planned."""
        if self._comes_once:
            raise StopUser
        return 0.0

    def stop(self, force: bool = False) -> bool:
        """Locust's wish that this customer leaves: it plans no more, and still waits for the reply it is owed."""
        self._leaving.set()
        stopped: bool = super().stop(force=force)
        if stopped:  # it may not even have begun
            self.on_stop()
        return stopped

    def on_stop(self) -> None:
        if self._appointment is not None:
            self.station.miss(self._appointment)
            self._appointment = None

    def next_conversation(self) -> Conversation:
        self._talks += 1
        return self.station.script.conversation(self._number, self._talks - 1)

    @property
    def handover_phrase(self) -> str:
        """What makes the target hand over to a human. Raises UsageError where the profile does not say."""
        phrases = self.station.profile.handover_phrases
        if not phrases:
            raise UsageError(NO_PHRASES)
        return phrases[0]

    def pause(self, seconds: float) -> None:
        """Thinks for so long, counted from the last reply. What follows is due at the end of it."""
        self._due = self._free + round(seconds * SECOND)
        self._wait_until(self._due)

    def open_session(self, customer: dict[str, str]) -> Session:
        """Raises ConversationOver where no session came of it."""
        body = {"clientId": self.station.profile.client_id, "source": "sms", "customer": customer}
        _, outcome = self._request("createSession", self.station.requests.post("/v1/sessions", body))
        if isinstance(outcome, Acked) and outcome.session is not None:
            self._free = self._due = outcome.at
            self.station.postbox.expect(outcome.session)
            self._owed = ()
            return Session.of(outcome.session, outcome.user)
        self._recover(outcome)
        raise self._over()

    def say(self, session: Session, content: str) -> None:
        """Sends a message and waits for its reply, or only so long that no more than the plan's messages are in flight.
        A message that was limited is dropped, or sent again until it is let in, and the conversation goes on.

        Raises ConversationOver where it cannot: the message failed or was refused, or no reply came in time.
        """
        if not self._owed:  # what came before belongs to what was said before: a session may last for days
            self.station.postbox.forget(session.id)
        sent, outcome = self.send(session, content)
        if isinstance(outcome, Acked):
            self._owed += (sent,)
            while len(self._owed) >= self.station.plan.in_flight:
                oldest, self._owed = self._owed[0], self._owed[1:]
                self._await_reply(session, oldest)
            return
        self._recover(outcome)
        if not isinstance(outcome, Limited):
            raise self._over()

    def send(self, session: Session, content: str) -> tuple[int, Outcome]:
        """Sends a message, and waits for no reply. When it was sent (monotonic nanoseconds), and what came of it."""
        return self._request("sendMessage", self.station.requests.message(session.path, content), session)

    def hang_up(self, session: Session) -> None:
        """Makes room in the postbox: nobody will ask for this session again."""
        self.station.postbox.dismiss(session.id)

    def _request(self, operation: str, payload: bytes, session: Session | None = None) -> tuple[int, Outcome]:
        """One request or, of a polite customer, as many as it takes to be let in, all due when the first one was. When
        the last of them was sent (monotonic nanoseconds), and what came of it."""
        planned, sent, outcome = self._exchange(operation, payload, session)
        times = 0
        while isinstance(outcome, Limited) and self._manners == "polite":
            times += 1
            self._stay_away(outcome, times)
            _, sent, outcome = self._exchange(operation, payload, session, planned)
        return sent, outcome

    def _exchange(
        self, operation: str, payload: bytes, session: Session | None, first_due: int | None = None
    ) -> tuple[int, int, Outcome]:
        """One request, from its plan to its outcome: when it was due, when it was sent (monotonic nanoseconds), and
        what came of it. What was limited, and is sent again, was `first_due` some time ago, and is held back since."""
        due, turn = self._await_turn()
        planned = due if first_due is None else first_due
        request = self.station.new_request()
        plan = Planned(planned, request, operation, self._name, session.id if session else None)
        self._appointment = None
        ready = time.monotonic_ns()
        lease = self._lease(plan)
        outcome: Outcome | None = None
        sent = None
        try:
            queued = time.monotonic_ns() - ready if lease.queued else 0
            if self._turns.limited:
                self._await_turn_again(turn)
            sent = time.monotonic_ns()
            self.station.record(plan, Sent(sent, request, queued, due - planned))
            outcome, length = self._post(lease, request, operation, payload)
            self._rows.exchange(operation, outcome.at - sent, length, outcome)
        finally:
            lease.give_back()
            self.station.note(plan if sent is None else outcome or Failed(time.monotonic_ns(), request, CUT_OFF))
        return planned, sent, outcome

    def _lease(self, plan: Planned) -> Lease:
        """A connection, once it is this customer's turn. Raises StopUser where it has to leave before that."""
        lease = None
        try:
            lease = self._pool.lease(self._leaving)
        finally:
            if lease is None:
                self.station.record(plan)
        if lease is None:
            raise StopUser
        return lease

    def _post(self, lease: Lease, request: str, operation: str, payload: bytes) -> tuple[Outcome, int]:
        """The outcome, and the length of the answer's body in bytes."""
        try:
            answer = lease.exchange(payload)
        except Exception as error:
            return Failed(time.monotonic_ns(), request, reason_of(error)), 0
        at = time.monotonic_ns()
        asked = answer.header(b"retry-after") if answer.status == 429 else None
        wait_s = retry_after_s(asked, datetime.now(UTC)) if asked else None
        outcome = self.station.judge.outcome(at, request, operation, answer.status, answer.body, wait_s)
        return outcome, len(answer.body)

    def _await_turn(self) -> tuple[int, int]:
        """Waits until the ceiling lets this request go. When it was planned, when it was due or at a later turn; and
        that turn. A moment that is past already is no reason to wait."""
        if not self._turns.limited:
            if self._leaving.is_set():
                raise StopUser
            return self._due, 0
        now = time.monotonic_ns()
        first = turn = self._turns.take(now)
        self._wait_until(turn)
        turn = self._await_turn_again(turn)
        return (self._due if first == now or self._appointment is not None else first), turn

    def _await_turn_again(self, turn: int) -> int:
        """Waits for another turn where this one was lost: the turn on which it goes."""
        while self._turns.lost(turn, time.monotonic_ns()):
            turn = self._turns.take(time.monotonic_ns())
            self._wait_until(turn)
        return turn

    def _await_reply(self, session: Session, sent: int) -> None:
        deadline = sent + round(self.station.profile.reply_timeout * SECOND)
        reply = self._reply(session, deadline)
        if reply is None:
            self._free = self._due = time.monotonic_ns()
            self._rows.no_reply(self._free - sent)
            raise self._over()
        self._free = self._due = reply.at
        self._rows.reply(reply.at - sent, len(reply.body or ""))

    def _reply(self, session: Session, deadline: int) -> Replied | None:
        """The first arrival that is a reply to this session's user."""
        while (left := deadline - time.monotonic_ns()) > 0:
            try:
                reply = self.station.postbox.take(session.id, left / SECOND)
            except SinkDied:
                raise StopUser from None  # the run is ended elsewhere
            if reply is not None and not reply.problems and session.user in (None, reply.user):
                return reply
        return None

    def _over(self) -> Exception:
        return StopUser() if self._comes_once else ConversationOver()

    def _recover(self, outcome: Outcome) -> None:
        """Stays away for as long as a request without success asks for."""
        if isinstance(outcome, Limited):
            self._stay_away(outcome)
        else:
            self._idle(SETBACK_S * (1 + random.random() / 2))

    def _stay_away(self, limited: Limited, times: int = 1) -> None:
        self._idle(stay_away_s(self._manners, limited.retry_after_s, times, random.random()))

    def _idle(self, seconds: float) -> None:
        moment = time.monotonic_ns() + round(seconds * SECOND)
        self._wait_until(moment)
        self._free = self._due = moment

    @property
    def _manners(self) -> Manners:
        return self.station.plan.when_limited

    def _wait_until(self, moment: int) -> None:
        """Sleeps until `moment`. Raises StopUser where the customer is told to leave before it."""
        left = moment - time.monotonic_ns()
        if self._leaving.wait(left / SECOND) if left > 0 else self._leaving.is_set():
            raise StopUser
