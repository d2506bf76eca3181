"""Messages are accepted, and that is the last that is heard of them."""

from harness.sandbox.exchange import Exchange
from harness.sandbox.faults.base import Fault
from harness.sandbox.replies import Reply


class NoWebhook(Fault):
    name = "no-webhook"
    summary = "no reply is ever sent"

    def on_replies(self, exchange: Exchange, replies: list[Reply]) -> list[Reply]:
        return []
