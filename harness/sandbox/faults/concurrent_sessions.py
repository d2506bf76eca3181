"""Two sessions that are created at once turn out to be one: what is being created is kept where requests share it."""

import time
from dataclasses import replace

from harness.sandbox.config import Tenant
from harness.sandbox.exchange import Answer, Exchange
from harness.sandbox.faults.base import Fault
from harness.sandbox.services import Services
from harness.sandbox.sessions import Session

TAKES_S = 0.02


class ConcurrentSessionsShared(Fault):
    name = "concurrent-sessions-shared"
    breaks = "SES-2"
    summary = "customers whose sessions are created at the same moment get one session"

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._under_way: dict[Tenant, tuple[Session, float]] = {}  # until when

    def on_session(self, exchange: Exchange, session: Session) -> Session:
        now = time.monotonic()
        other, until = self._under_way.get(session.tenant, (session, 0.0))
        if now < until:
            return other
        self._under_way[session.tenant] = session, now + TAKES_S
        return session

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        """Creating takes a moment, so that whoever waits for the answer never meets the defect."""
        creates = exchange.operation == "createSession"
        return replace(answer, delay_s=answer.delay_s + TAKES_S) if creates else answer
