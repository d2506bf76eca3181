"""Replies go to the wrong customer: the session is taken from somewhere that several requests share."""

import copy

from harness.sandbox.exchange import Exchange
from harness.sandbox.faults.base import Fault
from harness.sandbox.replies import Reply
from harness.sandbox.services import Services
from harness.sandbox.sessions import Session


class Misrouted(Fault):
    name = "misrouted"
    summary = "replies carry the id of the session that wrote before, or of none where there was no other"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._latest: Session | None = None
        self._before: Session | None = None  # the latest that is not `_latest`

    def on_replies(self, exchange: Exchange, replies: list[Reply]) -> list[Reply]:
        if exchange.session is not self._latest:
            self._before, self._latest = self._latest, exchange.session
        for reply in replies:
            reply.event = copy.deepcopy(reply.event)
            reply.event["data"]["sessionId"] = self._before.id if self._before else self.services.replier.foreign_id()
        return replies
