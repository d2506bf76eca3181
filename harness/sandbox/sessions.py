"""The sessions that are alive: whose, for how long, and how far each conversation got."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from harness.sandbox.clock import SandboxClock
from harness.sandbox.config import Tenant
from harness.sandbox.ids import Ids


@dataclass(slots=True, eq=False, weakref_slot=True)
class Session:
    """One customer's conversation."""

    id: str
    user_id: str
    tenant: Tenant
    expires_at: float = 0.0  # on the session clock
    replies: int = 0  # planned so far
    last_due_ns: int = 0  # of the reply planned last: none may overtake it
    handed_over: bool = False  # a human agent answers from here on
    agent_replies: int = 0


class Sessions:
    """All live sessions, the longest idle first: with one time to live for all, that is the order they expire in."""

    def __init__(self, ids: Ids, clock: SandboxClock, ttl_s: float, bound: int, evicted: Callable[[Session], None]):
        """`evicted` is told of each session that had to go for a newer one before its time."""
        self.ids = ids
        self._clock = clock
        self.ttl_s = ttl_s
        self.sliding = True
        self._bound = bound
        self._evicted = evicted
        self._live: OrderedDict[tuple[Tenant, str], Session] = OrderedDict()

    def __len__(self) -> int:
        self._forget_expired()
        return len(self._live)

    def new(self, tenant: Tenant) -> Session:
        """A session with a new user, which begins to live when it is added."""
        return Session(self.ids.new(), self.ids.new(), tenant)

    def add(self, session: Session) -> None:
        """Its time to live begins, for the first time or anew."""
        self._forget_expired()
        if len(self._live) >= self._bound:
            self._evicted(self._live.popitem(last=False)[1])
        session.expires_at = self._clock.now() + self.ttl_s
        self._live[session.tenant, session.id] = session

    def find(self, session_id: str, tenant: Tenant) -> Session | None:
        """The tenant's live session of that id. Another tenant's is as unknown as one that never was."""
        session = self._live.get((tenant, session_id))
        if session is None:
            return None
        if session.expires_at <= self._clock.now():
            self.expire(session)
            return None
        return session

    def renew(self, session: Session) -> None:
        """A message came: its time to live begins again."""
        if self.sliding:
            session.expires_at = self._clock.now() + self.ttl_s
            self._live.move_to_end((session.tenant, session.id))

    def expire(self, session: Session) -> None:
        """Ends it now. Replies that were promised to it still come."""
        self._live.pop((session.tenant, session.id), None)

    def clear(self) -> None:
        self._live.clear()

    def _forget_expired(self) -> None:
        now = self._clock.now()
        while self._live:
            oldest = next(iter(self._live.values()))
            if oldest.expires_at > now:
                return
            self.expire(oldest)
