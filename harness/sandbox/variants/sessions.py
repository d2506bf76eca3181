"""Sessions and users: what their ids look like, whose they are, how long they live."""

import uuid

from harness.sandbox.exchange import Exchange
from harness.sandbox.services import Services
from harness.sandbox.sessions import Session
from harness.sandbox.variants.base import Variant


class DashedIds(Variant):
    name = "dashed-ids"
    summary = "ids are UUIDs with dashes"

    def on_session(self, exchange: Exchange, session: Session) -> Session:
        session.id, session.user_id = str(uuid.UUID(session.id)), str(uuid.UUID(session.user_id))
        return session


class PrefixedIds(Variant):
    name = "prefixed-ids"
    summary = "ids begin with what they are of: sess_ and user_"

    def on_session(self, exchange: Exchange, session: Session) -> Session:
        session.id, session.user_id = f"sess_{session.id}", f"user_{session.user_id}"
        return session


class SameUser(Variant):
    name = "same-user"
    summary = "a customer has one userId for ever, in each session"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._users: dict[tuple[str, str], str] = {}

    def on_session(self, exchange: Exchange, session: Session) -> Session:
        customer = repr(sorted(exchange.body["customer"].items()))
        session.user_id = self._users.setdefault((session.tenant.client_id, customer), session.user_id)
        return session


class AbsoluteExpiry(Variant):
    name = "absolute-expiry"
    summary = "a session expires so long after its creation, however many messages it gets"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        services.sessions.sliding = False
