"""Replies that go to the wrong customer: who it is for is kept somewhere that several requests share. RPL-3."""

import copy

from harness.sandbox.exchange import Exchange
from harness.sandbox.faults.base import Fault
from harness.sandbox.replies import Reply
from harness.sandbox.services import Services
from harness.sandbox.sessions import Session

AT_ONCE_NS = 50_000_000


def _tell(reply: Reply, name: str, value: str) -> None:
    reply.event = copy.deepcopy(reply.event)
    reply.event["data"][name] = value


class Misrouted(Fault):
    name = "misrouted"
    breaks = "RPL-3"
    summary = "replies carry the id of the session that wrote before, or of none where there was no other"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._latest: Session | None = None
        self._before: Session | None = None  # the latest that is not `_latest`

    def on_replies(self, exchange: Exchange, replies: list[Reply]) -> list[Reply]:
        if exchange.session is not self._latest:
            self._before, self._latest = self._latest, exchange.session
        for reply in replies:
            _tell(reply, "sessionId", self._before.id if self._before else self.services.replier.foreign_id())
        return replies


class WrongUser(Fault):
    name = "wrong-user"
    breaks = "RPL-3"
    summary = "replies carry another userId than createSession told"

    def on_replies(self, exchange: Exchange, replies: list[Reply]) -> list[Reply]:
        for reply in replies:
            _tell(reply, "userId", self.services.replier.foreign_id())
        return replies


class Crowded(Fault):
    """Takes one id of a reply from another session that wrote a moment ago."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._latest: tuple[Session, int] | None = None

    def on_replies(self, exchange: Exchange, replies: list[Reply]) -> list[Reply]:
        assert exchange.session is not None
        latest, self._latest = self._latest, (exchange.session, exchange.received_ns)
        if latest and latest[0] is not exchange.session and exchange.received_ns - latest[1] < AT_ONCE_NS:
            for reply in replies:
                self.confuse(reply, latest[0])
        return replies

    def confuse(self, reply: Reply, other: Session) -> None:
        raise NotImplementedError


class MisroutedInCrowd(Crowded):
    name = "misrouted-in-crowd"
    breaks = "RPL-3"
    summary = "where several sessions talk at once, replies carry another one's sessionId"

    def confuse(self, reply: Reply, other: Session) -> None:
        _tell(reply, "sessionId", other.id)


class WrongUserInCrowd(Crowded):
    name = "wrong-user-in-crowd"
    breaks = "RPL-3"
    summary = "where several sessions talk at once, replies carry another one's userId"

    def confuse(self, reply: Reply, other: Session) -> None:
        _tell(reply, "userId", other.user_id)
