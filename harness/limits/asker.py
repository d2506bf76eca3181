"""Sends an inquiry's requests, each at its time, several at once where that is asked for."""

import itertools
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from uuid import uuid4

from harness.client.advice import REFUSED, session_of
from harness.client.exchange import Answer
from harness.client.pacer import Ceiling
from harness.client.retry_after import seconds
from harness.client.source_system import SourceSystem
from harness.dialects import REFUSALS, claim_of
from harness.errors import CouldNotRun
from harness.limits.purse import Purse
from harness.limits.seen import Seen
from harness.limits.subject import Kind, Subject
from harness.processes.interrupt import Interrupt
from harness.profile import Profile

# Requests under way at once, at most.
AT_ONCE = 128
# So many in a row to which nothing came end the inquiry: the target is gone, and the trace says nothing.
SILENCES = 5
SLICE_S = 0.25
# So long after its time is over an inquiry still waits for what is under way: seconds.
GRACE_S = 1.0
# After so long those of a group are under way: seconds.
BESIDE_S = 0.03

CUSTOMER = {
    "firstName": "Robin",
    "lastName": "Meyer",
    "phoneNumber": "+12025550143",
    "emailAddress": "robin.meyer@example.com",
    "unitNumber": "1-A",
    "address": "5 Summer St, MA 01045, USA",
}


class Stopped(Exception):
    """Somebody wished the run to end."""


class Asker:
    """Seconds count from its first request, as all of a report does; until then from when it was made. `on_seen` is
    called with each request, in the order of their answers."""

    def __init__(
        self, profile: Profile, purse: Purse, interrupt: Interrupt, on_seen: Callable[[Seen], None] = lambda seen: None
    ) -> None:
        self._profile = profile
        self._purse = purse
        self._interrupt = interrupt
        self._on_seen = on_seen
        self.began_ns = time.monotonic_ns()
        self._end_s = self.began_ns / 1e9 + purse.seconds + GRACE_S
        self._asked = False
        self._ceiling = Ceiling(profile.max_rate)
        self._clients: dict[tuple[bool, str | None], SourceSystem] = {}
        self._sessions: dict[tuple[bool, int], str] = {}
        self._numbers = itertools.count()
        self._groups = itertools.count()
        self._silences = 0
        # What each kind of request of each tenant was answered first, and whether a tenant's last one was refused.
        self._first: dict[tuple[Kind, bool], int] = {}
        self._refused: dict[bool, bool] = {}
        self._pool = ThreadPoolExecutor(AT_ONCE)

    @property
    def has_other_tenant(self) -> bool:
        return self._profile.other_api_key is not None and self._profile.other_client_id is not None

    @property
    def base_url(self) -> str:
        return self._profile.base_url

    def now(self) -> float:
        return (time.monotonic_ns() - self.began_ns) / 1e9

    def wait_until(self, at: float) -> None:
        """Raises Stopped where the run is to end."""
        while (left := at - self.now()) > 0:
            if self._interrupt.wait(min(left, SLICE_S)):
                break
        if self._interrupt.requested:
            raise Stopped

    def ask(self, subject: Subject, purpose: str, at: float = 0.0, count: int = 1) -> list[Seen]:
        """Sends `count` at once, at `at` or now, where that is past. In the order of their sending.

        Those whose connection had been closed are sent once more, as long as the purse has something left, and in what
        is returned the second stands in the place of the first. Raises Spent, and then sends nothing; Stopped; and
        CouldNotRun where the target answers no more.
        """
        self._purse.take(count, max(at, self.now()) + self._takes_s(count))
        self.wait_until(at)
        group = next(self._groups)
        seen = self._sent(subject, purpose, count, group)
        stale = sum(each.answer.stale for each in seen)
        if stale and self._purse.affords(stale, again := self.now() + self._takes_s(stale)):
            self._purse.take(stale, again)
            seen = [each for each in seen if not each.answer.stale] + self._sent(subject, purpose, stale, group)
        # What was cut off because the time is over says nothing about the target.
        if self._silences >= SILENCES and self.now() < self._purse.seconds:
            raise CouldNotRun(f"{self.base_url} answers no more: {seen[-1].answer.failure}")
        return seen

    def _sent(self, subject: Subject, purpose: str, count: int, group: int) -> list[Seen]:
        """So many at once, which the purse has paid for."""
        client, send = self._client(subject), self._sender(subject)
        answers = [send(client)] if count == 1 else list(self._pool.map(lambda _: send(client), range(count)))
        in_order = sorted(answers, key=lambda each: each.sent_at)
        if not self._asked:
            self._asked, self.began_ns = True, in_order[0].sent_at
        seen = [self._seen(answer, subject, purpose, group) for answer in in_order]
        for each in seen:
            self._on_seen(each)
            # A target that closes what lies idle is there all the same.
            if not each.answer.stale:
                self._silences = self._silences + 1 if each.verdict == "unknown" else 0
        return seen

    def ask_beside(self, subject: Subject, count: int, other: Subject, purpose: str) -> tuple[list[Seen], Seen]:
        """`count` of one subject at once, and one of another as soon as they are under way. Raises as `ask` does."""
        self._purse.take(count + 1, self.now() + self._takes_s(count + 1))
        self.wait_until(0.0)
        crowd, alone = (self._client(each) for each in (subject, other))
        send, send_other = self._sender(subject), self._sender(other)
        under_way = [self._pool.submit(send, crowd) for _ in range(count)]
        self.wait_until(self.now() + BESIDE_S)
        last = send_other(alone)
        group = next(self._groups)
        answers = sorted((each.result() for each in under_way), key=lambda each: each.sent_at)
        seen = [self._seen(answer, subject, purpose, group) for answer in answers]
        beside = self._seen(last, other, purpose, group)
        for each in (*seen, beside):
            self._on_seen(each)
        return seen, beside

    def opened(self, subject: Subject, purpose: str = "a session to speak in") -> Seen:
        """A new session, which from now on is that of the subject where it was admitted."""
        [seen] = self.ask(Subject("session", subject.other_tenant, address=subject.address), purpose)
        if (session := session_of(seen.answer)) is not None:
            self._sessions[subject.other_tenant, subject.session] = session
        return seen

    def knows(self, subject: Subject) -> bool:
        """Whether there is a session for it, where it takes one."""
        return subject.kind != "message" or (subject.other_tenant, subject.session) in self._sessions

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)
        for client in self._clients.values():
            client.close()

    def __enter__(self) -> "Asker":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def _client(self, subject: Subject) -> SourceSystem:
        which = subject.other_tenant, subject.address
        if which not in self._clients:
            # What goes out a second time is paid for like everything else: so not behind the purse's back.
            self._clients[which] = SourceSystem(
                self._profile,
                self._ceiling,
                other=subject.other_tenant,
                source_address=subject.address,
                resends=False,
            )
        return self._clients[which]

    def _takes_s(self, count: int) -> float:
        """For how long the ceiling spreads so many that are sent at once: seconds."""
        return (count - 1) / self._profile.max_rate if self._profile.max_rate else 0.0

    def _sender(self, subject: Subject) -> Callable[[SourceSystem], Answer]:
        if subject.kind == "session":
            return lambda client: client.create_session(CUSTOMER, hurried=True, end_s=self._end_s)
        if subject.kind == "unknown":
            # Each tenant has its own, which stay the same: a limiter may count by session.
            session = self._sessions.setdefault((subject.other_tenant, -1 - subject.session), uuid4().hex)
            return lambda client: client.send_message(session, "Is anybody there?", hurried=True, end_s=self._end_s)
        session = self._sessions[subject.other_tenant, subject.session]
        return lambda client: client.send_message(session, "Hello", hurried=True, end_s=self._end_s)

    def _seen(self, answer: Answer, subject: Subject, purpose: str, group: int) -> Seen:
        sent = (answer.sent_at - self.began_ns) / 1e9
        now = datetime.now(UTC)
        seen = Seen(
            number=next(self._numbers),
            group=group,
            subject=subject,
            purpose=purpose,
            sent=sent,
            # The verdict is in the head; it was there then, whatever became of the content.
            received=sent + (answer.head.elapsed_ns if answer.head else answer.elapsed_ns) / 1e9,
            answer=answer,
            retry_after_s=seconds(answer.header("retry-after"), _date(answer) or now),
            claim=claim_of(answer.headers, now.timestamp()),
            barred=self._barred(subject, answer.head.status if answer.head else answer.status),
        )
        if seen.verdict != "unknown":
            self._refused[subject.other_tenant] = seen.refused
        return seen

    def _barred(self, subject: Subject, status: int | None) -> bool:
        """Whether a key is turned away that was not when the same was asked first; where it is asked first now, whether
        the request before was refused."""
        kind = subject.kind, subject.other_tenant
        first = self._first.get(kind)
        before = self._refused.get(subject.other_tenant, False) if first is None else first not in REFUSED
        barred = status in REFUSED and before
        if status is not None and status not in REFUSALS and not barred:
            self._first.setdefault(kind, status)
        return barred


def _date(answer: Answer) -> datetime | None:
    """The target's own clock, by which it means a date in Retry-After; in whole seconds, and in UTC where no zone is
    named, or one that says nothing (-0000)."""
    try:
        told = parsedate_to_datetime(answer.header("date") or "")
        return told if told.tzinfo else told.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
