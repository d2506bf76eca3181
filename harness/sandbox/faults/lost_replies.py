"""Replies that never come, or not where they should: RPL-1."""

import itertools
from collections import Counter
from dataclasses import replace

from yarl import URL

from harness.sandbox.calls import Call
from harness.sandbox.exchange import Exchange
from harness.sandbox.faults.base import Fault
from harness.sandbox.replies import Reply
from harness.sandbox.services import Services
from harness.sandbox.sessions import Session

EVERY = 20
LONG = 1000


class RepliesLost(Fault):
    """Sends no reply to some messages."""

    def on_replies(self, exchange: Exchange, replies: list[Reply]) -> list[Reply]:
        return [] if self.loses(exchange, str(exchange.body.get("content"))) else replies

    def loses(self, exchange: Exchange, content: str) -> bool:
        raise NotImplementedError


class NoWebhook(RepliesLost):
    name = "no-webhook"
    breaks = "RPL-1"
    summary = "no reply is ever sent"

    def loses(self, exchange: Exchange, content: str) -> bool:
        return True


class RepliesLostNowAndThen(RepliesLost):
    name = "replies-lost-now-and-then"
    breaks = "RPL-1"
    summary = f"of {EVERY} replies one is lost"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._numbers = itertools.count(1)

    def loses(self, exchange: Exchange, content: str) -> bool:
        return next(self._numbers) % EVERY == 0


class SecondMessageUnanswered(RepliesLost):
    name = "second-message-unanswered"
    breaks = "RPL-1"
    summary = "the first message of a session gets a reply, and no other"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._messages: Counter[Session] = Counter()

    def loses(self, exchange: Exchange, content: str) -> bool:
        assert exchange.session is not None
        self._messages[exchange.session] += 1
        return self._messages[exchange.session] > 1


class LongMessageUnanswered(RepliesLost):
    name = "long-message-unanswered"
    breaks = "RPL-1"
    summary = f"a message of more than {LONG:,} characters gets no reply"

    def loses(self, exchange: Exchange, content: str) -> bool:
        return len(content) > LONG


class NonAsciiMessageUnanswered(RepliesLost):
    name = "non-ascii-message-unanswered"
    breaks = "RPL-1"
    summary = "a message with anything beyond ASCII gets no reply"

    def loses(self, exchange: Exchange, content: str) -> bool:
        return not content.isascii()


class SameTextUnanswered(RepliesLost):
    name = "same-text-unanswered"
    breaks = "RPL-1"
    summary = "a text that was sent in another session before gets no reply: it is taken for a duplicate"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._first: dict[str, Session | None] = {}

    def loses(self, exchange: Exchange, content: str) -> bool:
        return self._first.setdefault(content, exchange.session) is not exchange.session


class ElsewhereCalled(Fault):
    """Calls another URL than the one that was registered."""

    def on_call(self, reply: Reply, call: Call) -> Call:
        return replace(call, url=self.elsewhere(call.url))

    def elsewhere(self, url: URL) -> URL:
        raise NotImplementedError


class WebhookQueryDropped(ElsewhereCalled):
    name = "webhook-query-dropped"
    breaks = "RPL-1"
    summary = "the query of the registered URL is left out of webhook calls"

    def elsewhere(self, url: URL) -> URL:
        return url.with_query(None)


class WebhookPathInLowerCase(ElsewhereCalled):
    name = "webhook-path-in-lower-case"
    breaks = "RPL-1"
    summary = "the path of the registered URL is called in lower case"

    def elsewhere(self, url: URL) -> URL:
        return url.with_path(url.path.lower(), keep_query=True)


class WebhookSlashAdded(ElsewhereCalled):
    name = "webhook-slash-added"
    breaks = "RPL-1"
    summary = "a slash is added to the path of the registered URL"

    def elsewhere(self, url: URL) -> URL:
        return url.with_path(url.path.rstrip("/") + "/", keep_query=True)
