"""Replies: how many there are, when they come, who says what."""

import copy
from dataclasses import replace

from harness.sandbox.calls import Attempt, Outcome
from harness.sandbox.exchange import Answer, Exchange
from harness.sandbox.replies import AGENT_LINES, Reply, message_event
from harness.sandbox.variants.base import Variant

SLOW_FROM_S, SLOW_TO_S = 1.0, 2.0
TWICE_EVERY = 4
HUMAN_EVERY = 3
EARLY_S = 0.2


class SlowReplies(Variant):
    name = "slow-replies"
    summary = f"a reply comes {SLOW_FROM_S:g} to {SLOW_TO_S:g} s after its message"

    def on_replies(self, exchange: Exchange, replies: list[Reply]) -> list[Reply]:
        for reply in replies:
            share = reply.id % 5 / 4
            reply.due_ns += int((SLOW_FROM_S + share * (SLOW_TO_S - SLOW_FROM_S)) * 1e9)
        return replies


class SeveralReplies(Variant):
    name = "several-replies"
    summary = "a message gets its answer in two or three parts, each a webhook call of its own"

    def on_replies(self, exchange: Exchange, replies: list[Reply]) -> list[Reply]:
        further = self.services.replier.further
        return [part for reply in replies for part in [reply, *further(reply, 1 + reply.id % 2)]]


class AtLeastOnce(Variant):
    name = "at-least-once"
    summary = f"of {TWICE_EVERY} replies one is delivered twice"

    def on_replies(self, exchange: Exchange, replies: list[Reply]) -> list[Reply]:
        again = [self.services.replier.another(reply) for reply in replies if reply.id % TWICE_EVERY == 0]
        return replies + again


class WebhookFirst(Variant):
    name = "webhook-first"
    summary = "the reply to a message comes before the 200 to it"

    def on_replies(self, exchange: Exchange, replies: list[Reply]) -> list[Reply]:
        for reply in replies:
            reply.due_ns = exchange.received_ns
        return replies

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        return replace(answer, delay_s=answer.delay_s + EARLY_S) if exchange.replies else answer


class Echo(Variant):
    name = "echo"
    summary = "the bot says what the customer said"

    def on_replies(self, exchange: Exchange, replies: list[Reply]) -> list[Reply]:
        """Half an emoji, which is no character, is not said again."""
        content: str = exchange.body["content"]
        return _say(replies, content.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


class ConstantText(Variant):
    name = "constant-text"
    summary = "the bot says the same to everybody, every time"

    def on_replies(self, exchange: Exchange, replies: list[Reply]) -> list[Reply]:
        return _say(replies, "We are closed. À bientôt!")


class HumanStepsIn(Variant):
    name = "human-steps-in"
    summary = f"every {HUMAN_EVERY}rd reply of a session is a human agent's, without anybody having asked for one"

    def on_replies(self, exchange: Exchange, replies: list[Reply]) -> list[Reply]:
        for reply in replies:
            session = reply.session
            if session.replies % HUMAN_EVERY == 0:
                line = AGENT_LINES[session.replies // HUMAN_EVERY % len(AGENT_LINES)]
                reply.event = message_event(session.id, session.user_id, line, "agent")
        return replies


class Greeting(Variant):
    name = "greeting"
    summary = "the bot greets a customer as soon as the session is created, before any message"

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        created = exchange.operation == "createSession" and answer.status == 200
        if created and exchange.session:
            greeting = self.services.replier.say(exchange.session, "Welcome! Ask me anything.", exchange.received_ns)
            self.services.dispatcher.plan(greeting)
        return answer


class NoRetries(Variant):
    name = "no-retries"
    summary = "a webhook call that failed is not tried again"

    def on_attempt(self, attempt: Attempt, outcome: Outcome) -> Outcome:
        return Outcome.ABANDONED if outcome is Outcome.RETRIED else outcome


class HeadOfLine(Variant):
    name = "head-of-line"
    summary = "a tenant's replies are sent one after the other: one that cannot be delivered yet holds up all others"

    def on_replies(self, exchange: Exchange, replies: list[Reply]) -> list[Reply]:
        for reply in replies:
            reply.outbox = exchange.tenant
        return replies


def _say(replies: list[Reply], content: str) -> list[Reply]:
    """What the bot says, and nobody else."""
    for reply in replies:
        reply.event = copy.deepcopy(reply.event)
        if reply.event["data"].get("participantType") == "bot":
            reply.event["data"]["content"] = content
    return replies
