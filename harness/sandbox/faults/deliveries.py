"""When and how often a reply is delivered, and what comes of a call that failed: RPL-6, RPL-7 and RPL-8."""

import time

from harness.sandbox.calls import Attempt, Call, Outcome
from harness.sandbox.config import Tenant
from harness.sandbox.exchange import Answer, Exchange
from harness.sandbox.faults.base import Fault
from harness.sandbox.replies import Reply
from harness.sandbox.sending.sender import HUNG_UP, TIMED_OUT
from harness.sandbox.services import Services

FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 8.0
HELD_BACK_S = 0.5


class RepliesRepeated(Fault):
    name = "replies-repeated"
    breaks = "RPL-6"
    summary = "a reply comes again and again although each call got its 200"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._pauses_s: dict[Reply, float] = {}  # of copies that are under way

    def on_attempt(self, attempt: Attempt, outcome: Outcome) -> Outcome:
        if outcome is Outcome.SETTLED:
            pause_s = self._pauses_s.pop(attempt.reply, FIRST_PAUSE_S)
            again = self.services.replier.another(attempt.reply)
            again.outbox = again  # it holds up no other
            again.due_ns = time.monotonic_ns() + int(pause_s * 1e9)
            self._pauses_s[again] = min(pause_s * 2, LONGEST_PAUSE_S)
            self.services.dispatcher.plan(again)
        return outcome


class RepliesOutOfOrder(Fault):
    name = "replies-out-of-order"
    breaks = "RPL-7"
    summary = f"of two replies of a session the first is held back for {HELD_BACK_S:g} s, and the second overtakes it"

    def on_replies(self, exchange: Exchange, replies: list[Reply]) -> list[Reply]:
        for reply in replies:
            reply.outbox = reply
            if reply.session.replies % 2:
                reply.due_ns += int(HELD_BACK_S * 1e9)
        return replies


class SilentAfterFailure(Fault):
    """Calls a webhook no more once a call failed in some way, until one is registered again."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._silenced: set[Tenant] = set()

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        if exchange.operation == "registerWebhook" and answer.status == 200 and exchange.tenant:
            self._silenced.discard(exchange.tenant)
        return answer

    def on_call(self, reply: Reply, call: Call) -> Call | None:
        return None if reply.session.tenant in self._silenced else call

    def on_attempt(self, attempt: Attempt, outcome: Outcome) -> Outcome:
        if self.fatal(attempt):
            self._silenced.add(attempt.reply.session.tenant)
        return outcome

    def fatal(self, attempt: Attempt) -> bool:
        raise NotImplementedError


class SilentAfter500(SilentAfterFailure):
    name = "silent-after-500"
    breaks = "RPL-8"
    summary = "a webhook that answered a 5xx once is not called again"

    def fatal(self, attempt: Attempt) -> bool:
        return attempt.status is not None and attempt.status >= 500


class SilentAfterTimeout(SilentAfterFailure):
    name = "silent-after-timeout"
    breaks = "RPL-8"
    summary = "a webhook that did not answer in time once is not called again"

    def fatal(self, attempt: Attempt) -> bool:
        return attempt.error == TIMED_OUT


class SilentAfterReset(SilentAfterFailure):
    name = "silent-after-reset"
    breaks = "RPL-8"
    summary = "a webhook that closed the connection once instead of answering is not called again"

    def fatal(self, attempt: Attempt) -> bool:
        return attempt.error == HUNG_UP
