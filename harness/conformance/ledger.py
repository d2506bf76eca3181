"""Who was promised what: every session that the target gave out, and every message it accepted for it.

Fed with each answer of each client, so it knows of generated requests as well. Thread-safe.
"""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime

from harness.client.exchange import Answer, Request
from harness.client.retry_after import seconds
from harness.client.veil import MAIN
from harness.conformance.plausible import surely_valid_message
from harness.contract import parse
from harness.dialects import REFUSALS, TOO_MANY
from harness.honesty import Honesty, Promise, honesty, together

# So many requests in a row that found nobody: the target is gone.
GONE = 5
# The Authorization of the tenant under test, as it is shown.
OWN = f"Bearer {MAIN}"


@dataclass(slots=True)
class Talk:
    """One session. Times are monotonic ns; it was made between `asked_at` and `created_at`. `accepted` holds (sent,
    acked) of each accepted message; `key` is the one that created it, as it is shown.

    `owed` counts those of them that were surely valid, so that each must be answered; the others were `doubtful`.
    `uncertain` counts messages whose fate is unknown; `excused` says why no reply can be asked for.
    """

    session: str
    user: str | None
    asked_at: int
    created_at: int
    key: str
    accepted: list[tuple[int, int]] = field(default_factory=list)
    owed: int = 0
    doubtful: int = 0
    refused: int = 0
    limited: int = 0
    uncertain: int = 0
    excused: str | None = None

    @property
    def silent(self) -> bool:
        """Nothing was said in it that the target accepted, or might have."""
        return not self.accepted and not self.uncertain


class Ledger:
    """`talks` by session id, in the order of creation; `repeated` are ids that were given out more than once.

    `locked_out` are answers of 401 to a key that was accepted for the same before: its own session, its own clientId.
    `latest` is when the last answer came, in monotonic ns.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._accepted_as: set[tuple[str, str]] = set()
        self.talks: dict[str, Talk] = {}
        self.repeated: list[Answer] = []
        self.limited: list[Answer] = []
        self.locked_out: list[Answer] = []
        self.known_callers = 0
        self.latest = 0
        self._unreached = 0
        self._met: dict[str, list[Promise]] = {}

    def saw(self, answer: Answer) -> None:
        """Takes note of an answer. Those that are no operation's are none of its business."""
        with self._lock:
            self.latest = max(self.latest, answer.sent_at + answer.elapsed_ns)
            self._unreached = self._unreached + 1 if answer.unreached else 0
            self._visited(answer)
            self._called(answer)
            if answer.status == TOO_MANY:
                self.limited.append(answer)
            if answer.request.operation == "createSession" and answer.status == 200:
                self._created(answer)
            elif answer.request.operation == "sendMessage":
                self._spoke(answer)

    @property
    def gone(self) -> bool:
        """Whether the target took no connection, again and again, to the last."""
        return self._unreached >= GONE

    def excuse(self, session: str, why: str) -> None:
        """No reply is asked for in this session any more."""
        with self._lock:
            if session in self.talks:
                self.talks[session].excused = why

    def all(self) -> list[Talk]:
        with self._lock:
            return list(self.talks.values())

    def owed(self) -> dict[str, int]:
        """How many replies each session must have had by now: one for each message of a plausible content.

        Those of another tenant's sessions go to that tenant's webhook, if it has one.
        """
        return {talk.session: talk.owed for talk in self.all() if talk.key == OWN and talk.owed and not talk.excused}

    def honesty(self) -> Honesty:
        """Whether the limiter keeps its word, from what was sent anyway: of each key, who came back when told to.
        Nothing is known of what it counts: only who stayed silent until then can say that it did not."""
        with self._lock:
            met = [sorted(trace, key=lambda each: each.sent) for trace in self._met.values()]
        return together(honesty(trace, refusals_count=True) for trace in met)

    def _visited(self, answer: Answer) -> None:
        """What a key met, as far as limits are concerned. A 503, which may as well be a fault, says nothing of them."""
        key, limited = answer.request.header("authorization"), answer.status == TOO_MANY
        if key is None or answer.status is None or (answer.status in REFUSALS and not limited):
            return
        told_s = seconds(answer.header("retry-after"), datetime.now(UTC)) if limited else None
        sent = answer.sent_at / 1e9
        self._met.setdefault(key, []).append(Promise(sent, sent + answer.elapsed_ns / 1e9, not limited, told_s))

    def _called(self, answer: Answer) -> None:
        """Who may call is known from what was accepted before: by this key, in this session or as this client."""
        request = answer.request
        key = request.header("authorization") or ""
        caller = (key, _client_of(request) or request.session or request.operation or "")
        if answer.accepted and all(caller):
            self._accepted_as.add(caller)
            if isinstance(created := answer.member("sessionId"), str):
                self._accepted_as.add((key, created))
        if caller in self._accepted_as:
            self.known_callers += 1
            if answer.status == 401:
                self.locked_out.append(answer)

    def _created(self, answer: Answer) -> None:
        session, user = answer.member("sessionId"), answer.member("userId")
        if not isinstance(session, str):
            return
        if session in self.talks:
            self.repeated.append(answer)
        else:
            created_at = answer.sent_at + answer.elapsed_ns
            key = answer.request.header("authorization") or ""
            self.talks[session] = Talk(
                session, user if isinstance(user, str) else None, answer.sent_at, created_at, key
            )

    def _spoke(self, answer: Answer) -> None:
        talk = self.talks.get(answer.request.session or "")
        if talk is None:
            return
        if answer.status == 200:
            talk.accepted.append((answer.sent_at, answer.sent_at + answer.elapsed_ns))
            plausible = surely_valid_message(answer.request.body)
            talk.owed += plausible
            talk.doubtful += not plausible
        elif answer.status == TOO_MANY:
            talk.limited += 1
        elif answer.status is not None and 400 <= answer.status < 500:
            talk.refused += 1
        else:
            talk.uncertain += 1


def _client_of(request: Request) -> str | None:
    """The clientId that a createSession names."""
    if request.operation != "createSession":
        return None
    value = parse(request.body)[0]
    client = value.get("clientId") if isinstance(value, dict) else None
    return client if isinstance(client, str) else None
