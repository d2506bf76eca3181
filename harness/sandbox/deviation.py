"""Where a fault or a variant may step in, and how those that a sandbox was started with are applied."""

import difflib
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import Any, ClassVar, TypeVar

from harness.sandbox.calls import Attempt, Call, Outcome
from harness.sandbox.config import Tenant
from harness.sandbox.exchange import Answer, Exchange
from harness.sandbox.replies import Reply
from harness.sandbox.services import Services
from harness.sandbox.sessions import Session

ReadBody = Callable[[Exchange], Awaitable[bytes]]


class Deviation:
    """One way in which a sandbox differs from the plain one. A subclass overrides the hooks that it needs.

    A hook may keep state in the deviation itself, which lives as long as the sandbox, and may look at, or replace,
    anything in `services`. Any hook but the last four may raise Refusal.
    """

    name: ClassVar[str]
    summary: ClassVar[str]  # one line, for people

    def __init__(self, services: Services) -> None:
        self.services = services

    async def on_arrival(self, exchange: Exchange, read_body: ReadBody) -> Answer | None:
        """A request's head is here, and nothing was made of it. An answer returned here is sent."""
        return None

    def on_unauthorized(self, exchange: Exchange) -> Tenant | None:
        """Authentication failed. A tenant returned here is let in as if it had succeeded."""
        return None

    def on_authorized(self, exchange: Exchange) -> None:
        """The key is accepted; the request was not counted against its limit yet."""

    def on_body(self, exchange: Exchange, raw: bytes) -> bytes:
        """The body was read. What is returned here is parsed in its place."""
        return raw

    def on_request(self, exchange: Exchange) -> Answer | None:
        """The body is a JSON object, and may be changed. An answer returned here is sent; nothing else is done."""
        return None

    def on_session(self, exchange: Exchange, session: Session) -> Session:
        """A session is about to begin. What is returned here begins, or goes on, in its place."""
        return session

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        """The answer is decided, of whatever status. What is returned here is sent instead."""
        return answer

    def on_replies(self, exchange: Exchange, replies: list[Reply]) -> list[Reply]:
        """A message was accepted. What is returned here is planned in place of `replies`, in that order."""
        return replies

    def on_call(self, reply: Reply, call: Call) -> Call | None:
        """A webhook is about to be called. What is returned here is sent instead; None abandons the reply."""
        return call

    def on_attempt(self, attempt: Attempt, outcome: Outcome) -> Outcome:
        """A webhook call has ended. What is returned here becomes of the reply."""
        return outcome

    def holder_of(self, key: str | None) -> Tenant | None:
        """The tenant that a key was issued to."""
        return next((tenant for tenant in self.services.config.tenants if tenant.api_key == key), None)

    def foreign_session(self, exchange: Exchange) -> Session | None:
        """The live session of the request's path, where it is another tenant's, or nobody was let in."""
        others = [tenant for tenant in self.services.config.tenants if tenant is not exchange.tenant]
        found = (self.services.sessions.find(exchange.path_session_id, tenant) for tenant in others)
        return next(filter(None, found), None)


AnyDeviation = TypeVar("AnyDeviation", bound=Deviation)


class Deviations:
    """Those a sandbox was started with, in order: each hook sees what the one before it left. Unused, it is a loop
    over nothing.
    """

    def __init__(self, deviations: Sequence[Deviation] = ()) -> None:
        self._arrival = _hooks(deviations, "on_arrival")
        self._unauthorized = _hooks(deviations, "on_unauthorized")
        self._authorized = _hooks(deviations, "on_authorized")
        self._body = _hooks(deviations, "on_body")
        self._request = _hooks(deviations, "on_request")
        self._session = _hooks(deviations, "on_session")
        self._answer = _hooks(deviations, "on_answer")
        self._replies = _hooks(deviations, "on_replies")
        self.before_call = _hooks(deviations, "on_call")
        self.after_attempt = _hooks(deviations, "on_attempt")

    async def on_arrival(self, exchange: Exchange, read_body: ReadBody) -> Answer | None:
        for hook in self._arrival:
            answer: Answer | None = await hook(exchange, read_body)
            if answer is not None:
                return answer
        return None

    def on_unauthorized(self, exchange: Exchange) -> Tenant | None:
        return next(filter(None, (hook(exchange) for hook in self._unauthorized)), None)

    def on_authorized(self, exchange: Exchange) -> None:
        for hook in self._authorized:
            hook(exchange)

    def on_body(self, exchange: Exchange, raw: bytes) -> bytes:
        for hook in self._body:
            raw = hook(exchange, raw)
        return raw

    def on_request(self, exchange: Exchange) -> Answer | None:
        return next(filter(None, (hook(exchange) for hook in self._request)), None)

    def on_session(self, exchange: Exchange, session: Session) -> Session:
        for hook in self._session:
            session = hook(exchange, session)
        return session

    def on_answer(self, exchange: Exchange, answer: Answer) -> Answer:
        for hook in self._answer:
            answer = hook(exchange, answer)
        return answer

    def on_replies(self, exchange: Exchange, replies: list[Reply]) -> list[Reply]:
        for hook in self._replies:
            replies = hook(exchange, replies)
        return replies


def _hooks(deviations: Sequence[Deviation], name: str) -> list[Callable[..., Any]]:
    """The hooks of that name that do something."""
    plain = getattr(Deviation, name)
    return [getattr(deviation, name) for deviation in deviations if getattr(type(deviation), name) is not plain]


def named(base: type[AnyDeviation]) -> dict[str, type[AnyDeviation]]:
    """All subclasses of `base` that have a name of their own, by that name, sorted."""
    kinds = {kind for kind in _below(base) if "name" in vars(kind)}
    found = {kind.name: kind for kind in kinds}
    assert len(found) == len(kinds), "two have one name"
    return dict(sorted(found.items()))


def no_such(kind: str, name: str, known: Iterable[str]) -> str:
    """What to say where somebody asked for a name that there is not."""
    alike = difflib.get_close_matches(name, known)
    hint = f"did you mean {' or '.join(alike)}?" if alike else f"--{kind}s lists those that there are"
    return f"there is no {kind} {name!r}; {hint}"


def _below(base: type[AnyDeviation]) -> Iterator[type[AnyDeviation]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _below(kind)
