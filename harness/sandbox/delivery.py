"""Replies on their way to the webhooks: in order within a session, each session on its own, tried until they arrive.

A reply waits until it is due and first in its outbox, which is its session's; then for one of its tenant's slots, of
which each call that is under way takes one. Between two attempts it holds none, so that a webhook that is down delays
nobody else's.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable
from typing import NamedTuple

from yarl import URL

from harness.sandbox.calls import Attempt, Call, Outcome
from harness.sandbox.config import Config
from harness.sandbox.console import Console
from harness.sandbox.exchange import Refusal
from harness.sandbox.replies import Reply
from harness.sandbox.sending.backoff import Backoff
from harness.sandbox.sending.sender import Answered, NotDelivered, Sender
from harness.sandbox.sessions import Session
from harness.sandbox.truth import TruthLog
from harness.sandbox.webhooks import REMOTE, Webhooks

# An estimate: when there will be room depends on the webhook.
RETRY_WHEN_FULL_S = 5


class Lane:
    """One tenant's slots, and the outboxes that wait for one."""

    def __init__(self, slots: int) -> None:
        self.free = slots
        self.waiting: deque[Hashable] = deque()


class Aside(NamedTuple):
    """The outbox of one reply alone, which its session's others need not wait for."""

    session: Session
    reply: int


class Dispatcher:
    """Delivers replies. All of it runs in one event loop.

    `before_call` may change each call, or give None to abandon the reply; `after_attempt` what is made of its end.
    """

    def __init__(self, config: Config, webhooks: Webhooks, sender: Sender, truth: TruthLog, console: Console) -> None:
        self._bounds = config.bounds
        self._webhooks = webhooks
        self._sender = sender
        self._truth = truth
        self._console = console
        self._policy = config.sender
        self._backoff = Backoff(config.sender, config.seed)
        self._loop = asyncio.get_running_loop()
        self._outboxes: dict[Hashable, deque[Reply]] = {}  # those with something in them
        self._aside: Counter[Session] = Counter()  # of each session, those that later ones may pass
        self._lanes = {tenant: Lane(config.bounds.deliveries_per_tenant) for tenant in config.tenants}
        self._timers: dict[Hashable, asyncio.TimerHandle] = {}
        self._calls: set[asyncio.Task[None]] = set()
        self.before_call: list[Callable[[Reply, Call], Call | None]] = []
        self.after_attempt: list[Callable[[Attempt, Outcome], Outcome]] = []
        self.pending = 0

    def check_room(self, session: Session) -> None:
        """Raises a 429 when too many replies wait for a webhook: better no message than a reply that is lost."""
        waiting = len(self._outboxes.get(session, ())) + self._aside[session]
        if self.pending >= self._bounds.pending_replies or waiting >= self._bounds.pending_replies_per_session:
            message = "Too many replies are waiting to be delivered. Is the webhook answering?"
            raise Refusal(429, "rate_limited", message, headers={"Retry-After": str(RETRY_WHEN_FULL_S)})

    def plan(self, reply: Reply) -> None:
        """Takes a reply on; it is delivered when it is due and those before it in its outbox are settled."""
        self.pending += 1
        outbox = self._outboxes.get(reply.outbox)
        if outbox is None:
            self._outboxes[reply.outbox] = deque((reply,))
            self._wake_at(reply)
        else:
            outbox.append(reply)
        data = reply.event.get("data", {})
        self._truth.write("reply", time.monotonic_ns(), reply.id, *_whose(reply.session), data.get("participantType"),
                          reply.received_ns, reply.due_ns)  # fmt: skip

    def forget(self) -> None:
        """Drops all that is pending, and ends the calls that are under way."""
        for timer in self._timers.values():
            timer.cancel()
        for call in self._calls:
            call.cancel()
        for lane in self._lanes.values():
            lane.waiting.clear()
        self._timers.clear()
        self._outboxes.clear()
        self._aside.clear()
        self.pending = 0

    async def close(self) -> None:
        """As forget, and waits until every call has ended."""
        self.forget()
        await asyncio.gather(*self._calls, return_exceptions=True)

    def _wake_at(self, reply: Reply, moment_ns: int | None = None) -> None:
        """Of the first in its outbox, when it is due or at another moment."""
        moment_ns = reply.due_ns if moment_ns is None else moment_ns
        self._timers[reply.outbox] = self._loop.call_at(moment_ns / 1e9, self._ready, reply)

    def _ready(self, reply: Reply) -> None:
        """Calls the webhook, or waits in line for a slot."""
        self._timers.pop(reply.outbox, None)
        lane = self._lanes[reply.session.tenant]
        if lane.free > 0:
            self._call(lane, reply.outbox)
        else:
            lane.waiting.append(reply.outbox)

    def _call(self, lane: Lane, outbox: Hashable) -> None:
        reply = self._outboxes[outbox][0]
        lane.free -= 1
        call = self._loop.create_task(self._attempt(reply))
        self._calls.add(call)
        call.add_done_callback(lambda done: self._called(done, lane, reply))

    def _called(self, call: asyncio.Task[None], lane: Lane, reply: Reply) -> None:
        """A slot is free again."""
        self._calls.discard(call)
        if not call.cancelled() and (error := call.exception()) and reply.outbox in self._outboxes:
            self._abandon(reply, f"an error of the sandbox itself: {type(error).__name__}")
        lane.free += 1
        if lane.waiting:
            self._call(lane, lane.waiting.popleft())

    async def _attempt(self, reply: Reply) -> None:
        """One call, to whatever is registered at this moment."""
        url = reply.url or self._webhooks.url_of(reply.session.tenant)
        if url is None:
            self._abandon(reply, "no webhook is registered: POST /v1/webhooks before you send messages")
            return
        call = self._as_it_is_made(reply, Call(url, reply.encode()))
        if call is None:
            self._abandon(reply, "the sandbox was told to: a fault or a variant")
        elif not self._sender.may_call(call.url):
            self._abandon(reply, REMOTE)
        else:
            await self._make(reply, call)

    def _as_it_is_made(self, reply: Reply, call: Call) -> Call | None:
        for change in self.before_call:
            changed = change(reply, call)
            if changed is None:
                return None
            call = changed
        return call

    async def _make(self, reply: Reply, call: Call) -> None:
        started_ns = time.monotonic_ns()
        reply.attempts += 1
        reply.first_attempt_ns = reply.first_attempt_ns or started_ns
        answered, error = Answered(), None
        try:
            answered = await self._sender.make(call)
        except NotDelivered as failure:
            error = str(failure)
        status = answered.status
        delivered = status is not None and self._policy.accepts(status)
        attempt = Attempt(reply, started_ns, time.monotonic_ns(), status, error, delivered)
        self._record(attempt, call.url)
        outcome = Outcome.SETTLED if attempt.delivered else Outcome.RETRIED
        for judge in self.after_attempt:
            outcome = judge(attempt, outcome)
        if outcome is Outcome.SETTLED:
            self._settle(reply)
        elif outcome is Outcome.RETRIED:
            self._retry(reply, attempt.finished_ns, answered.retry_after_s)
        else:
            self._abandon(reply, "a call that failed is not tried again")

    def _record(self, attempt: Attempt, url: URL) -> None:
        reply = attempt.reply
        self._truth.write(
            "attempt",
            attempt.finished_ns,
            reply.id,
            *_whose(reply.session),
            reply.attempts,
            reply.received_ns,
            attempt.started_ns,
            attempt.finished_ns,
            attempt.status,
            attempt.error,
            attempt.delivered,
        )
        if not self._console.silent:
            self._console.delivery(url, str(attempt))

    def _retry(self, reply: Reply, now_ns: int, asked_s: float | None) -> None:
        pause_s = self._backoff.pause_s(reply.attempts, (now_ns - reply.first_attempt_ns) / 1e9, asked_s)
        if pause_s is None:
            self._abandon(reply, f"no webhook call succeeded in {reply.attempts} attempts")
            return
        if self._policy.overtakes:
            self._step_aside(reply)
        self._wake_at(reply, now_ns + int(pause_s * 1e9))

    def _step_aside(self, reply: Reply) -> None:
        """Into an outbox of its own: those behind it may go, and those that come later."""
        self._leave(reply)
        reply.outbox = Aside(reply.session, reply.id)
        self._outboxes[reply.outbox] = deque((reply,))
        self._aside[reply.session] += 1

    def _abandon(self, reply: Reply, reason: str) -> None:
        self._truth.write("abandoned", time.monotonic_ns(), reply.id, *_whose(reply.session), reply.attempts, reason)
        self._console.line(f"reply {reply.id} dropped: {reason}")
        self._settle(reply)

    def _settle(self, reply: Reply) -> None:
        """Done with it; the next one of its outbox may go."""
        self.pending -= 1
        self._leave(reply)

    def _leave(self, reply: Reply) -> None:
        if isinstance(reply.outbox, Aside):
            self._aside[reply.session] -= 1
            if not self._aside[reply.session]:
                del self._aside[reply.session]
        outbox = self._outboxes[reply.outbox]
        outbox.popleft()
        if outbox:
            self._wake_at(outbox[0])
        else:
            del self._outboxes[reply.outbox]


def _whose(session: Session) -> Iterable[str]:
    return session.tenant.client_id, session.id, session.user_id
