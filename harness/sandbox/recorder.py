"""Writes down each answered request: exactly for the ground-truth log, and readably for the console."""

import time

from harness.sandbox.console import Console, shown
from harness.sandbox.exchange import Answer, Exchange
from harness.sandbox.truth import TruthLog


class Recorder:
    def __init__(self, truth: TruthLog, console: Console) -> None:
        self._truth = truth
        self._console = console

    def answered(self, exchange: Exchange, answer: Answer) -> None:
        """An answer is about to go to the socket."""
        now_ns = time.monotonic_ns()
        session = exchange.session
        self._truth.write(
            "request",
            now_ns,
            exchange.operation,
            exchange.method,
            self._path(exchange),
            answer.outcome,
            answer.status,
            answer.error_code,
            exchange.tenant.client_id if exchange.tenant else None,
            session.id if session else None,
            session.user_id if session else None,
            exchange.received_ns,
            now_ns,
            tuple(reply.id for reply in exchange.replies),
            self._console.clean(answer.note),
            exchange.asked_for,
            [ruling.told() for ruling in exchange.rulings] or None,
            next((ruling.layer for ruling in exchange.rulings if not ruling.decision.admitted), None),
        )
        if not self._console.silent:
            self._console.request(exchange.method, exchange.path, answer.status, answer.note or _story(exchange))

    def _path(self, exchange: Exchange) -> str:
        """A path that leads to a session that is known cannot hold anything else; any other is made safe."""
        return exchange.path if exchange.session else self._console.clean(shown(exchange.path))


def _story(exchange: Exchange) -> str:
    """What came of a request that was accepted."""
    if exchange.operation == "createSession" and exchange.session:
        return f"session {exchange.session.id}"
    if exchange.replies:
        now_ns = time.monotonic_ns()
        return ", ".join(
            f"reply {reply.id} in {max(0, reply.due_ns - now_ns) / 1e9:.2f} s" for reply in exchange.replies
        )
    return "accepted; no reply will come" if exchange.operation == "sendMessage" and exchange.session else "accepted"
