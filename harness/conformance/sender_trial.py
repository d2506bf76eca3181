"""The sender of the webhook calls, put to the test: calls fail in every way at once, each in a session of its own.

All share one URL, one wait and one horizon. Nothing of it may reach another check: no reply is asked for in these
sessions, all faults are taken back at the end, the webhook is registered again, and what comes next waits until a
bystander is served.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from harness.client.source_system import SourceSystem
from harness.conformance.attempts import attempts
from harness.conformance.ledger import Ledger
from harness.conformance.replies import Replies
from harness.conformance.sessions import Session, Sessions, together
from harness.conformance.webhook import Webhook
from harness.events import Replied
from harness.sink.faults import Fault
from harness.values import Budget

# How long the sender is watched after the last call was made to wait: seconds. None where that is too slow.
HORIZONS_S: Mapping[Budget, float | None] = {"quick": None, "standard": 6.5, "thorough": 50.0}
# And then, for a later reply where calls had failed before: seconds.
LATER_S = 1.0

# What a call is told to wait for, as a share of the horizon; and by which statuses that have a Retry-After.
WAIT_SHARE = 0.4
ASKING = (429, 503)
# Sessions whose calls fail all the time: one alone cannot tell what is jitter.
FAILING = ("failing", *(f"failing {number}" for number in range(2, 7)))
STATUSES = (200, 201, 202, 204, 400, 401, 403, 404, 429, 500, 503)
REDIRECTS = (301, 302, 307, 308)
# Some senders take this one for "never call here again": it comes last, and the webhook is registered again.
GONE = 410
# More than any sender tries within the horizon.
ALL = 500
BYSTANDERS = ("bystander 1", "bystander 2", "bystander 3")


@dataclass(slots=True)
class Trial:
    """What came of it. `calls` are the attempts with each case's first reply, of cases where one came at all.

    Times are monotonic ns, durations in seconds. `served_s` are the bystanders' replies while a call was made to wait,
    None for one that had none by the end; `usual_s` is what the slowest took before. When all faults were taken
    back and a further message was sent in the session whose calls had failed, a call came after `later_s`; `recovered`
    is whether a bystander was served. `asked_s` is what the Retry-After of the cases "429 told" and "503 told" said;
    that of "429 dated" and "503 dated" was a date, so late or up to a second later.
    `mixed` are all calls of a session that fails, in which a second message was accepted after the first call had
    failed; `beside` those of one that was sent the same, and does not fail.
    """

    calls: dict[str, list[Replied]] = field(default_factory=dict)
    redirected: dict[str, list[Replied]] = field(default_factory=dict)
    other_methods: int = 0
    hung_up_s: float | None = None
    served_s: list[float | None] = field(default_factory=list)
    usual_s: float | None = None
    later_s: float | None = None
    asked_s: int = 0
    mixed: list[Replied] = field(default_factory=list)
    beside: list[Replied] = field(default_factory=list)
    recovered: bool = False
    ended: int = 0


class Examination:
    """One trial from its beginning to its end."""

    def __init__(
        self, api: SourceSystem, sessions: Sessions, replies: Replies, webhook: Webhook, ledger: Ledger
    ) -> None:
        self._api = api
        self._replies = replies
        self._webhook = webhook
        self._ledger = ledger
        self._open = sessions.several
        self._sessions: dict[str, Session] = {}
        self._sent: dict[str, int] = {}
        self._at_once: Mapping[str, Callable[[str], Fault]] = {}
        self._trial = Trial()

    def run(self, horizon_s: float) -> Trial:
        try:
            self._watch(horizon_s)
        finally:
            self._webhook.relent()
            self._webhook.register()
        if self._trial.calls:
            self._later()
        return self._trial

    def _watch(self, horizon_s: float) -> None:
        other_methods = self._webhook.turned_away("method")
        self._trial.asked_s = max(1, round(WAIT_SHARE * horizon_s))
        self._prepare()
        self._say(*self._at_once, "beside")
        self._replies.until(lambda: all(map(self._came, self._at_once)), self._replies.timeout_s)
        if not any(self._replies.of(self._sessions[name].id) for name in self._at_once):
            return
        behind = self._say("mixed", "beside", words="And another thing")
        self._hold("slow", horizon_s)
        end = time.monotonic() + horizon_s
        self._say(*BYSTANDERS)
        self._replies.rest(horizon_s / 2)
        self._webhook.programme(Fault(self._sessions["gone"].id, GONE))
        self._say("gone")
        self._replies.until(lambda: self._came("gone"), end - time.monotonic())
        self._webhook.register()
        self._replies.rest(end - time.monotonic())
        self._gather([*self._at_once, "slow", "gone"])
        if behind >= {"mixed", "beside"}:
            self._trial.mixed, self._trial.beside = (self._calls(name) for name in ("mixed", "beside"))
        self._trial.other_methods = self._webhook.turned_away("method") - other_methods

    def _prepare(self) -> None:
        self._at_once = self._faults()
        names = (*self._at_once, "beside", "slow", "gone", *BYSTANDERS, "last")
        self._sessions = dict(zip(names, self._open(len(names)), strict=True))
        for session in self._sessions.values():
            self._ledger.excuse(session.id, "its webhook calls fail on purpose, or those of its neighbours")
        for name, fault in self._at_once.items():
            self._webhook.programme(fault(self._sessions[name].id))

    def _faults(self) -> dict[str, Callable[[str], Fault]]:
        """By case: the fault for a session."""

        def status(value: int) -> Callable[[str], Fault]:
            return lambda session: Fault(session, value)

        def told(value: int) -> Callable[[str], Fault]:
            return lambda session: Fault(session, value, retry_after=str(self._trial.asked_s))

        def dated(value: int) -> Callable[[str], Fault]:
            return lambda session: Fault(session, value, retry_at_s=self._trial.asked_s)

        def redirect(value: int) -> Callable[[str], Fault]:
            url = self._webhook.open(_endpoint(value))
            return lambda session: Fault(session, value, location=url)

        return {
            **{str(value): status(value) for value in STATUSES},
            **{f"redirect {value}": redirect(value) for value in REDIRECTS},
            **{f"{value} told": told(value) for value in ASKING},
            **{f"{value} dated": dated(value) for value in ASKING},
            "reset": lambda session: Fault(session, reset=True),
            **dict.fromkeys((*FAILING, "mixed"), lambda session: Fault(session, 500, times=ALL)),
            "thrice": lambda session: Fault(session, 500, times=3),
        }

    def _hold(self, name: str, seconds: float) -> None:
        """Makes a call wait, and returns when it does."""
        self._webhook.programme(Fault(self._sessions[name].id, delay_s=seconds))
        self._say(name)
        self._replies.until(lambda: self._came(name), self._replies.timeout_s)

    def _gather(self, cases: list[str]) -> None:
        trial = self._trial
        trial.ended = time.monotonic_ns()
        for name in cases:
            if came := self._calls(name):
                trial.calls[name] = attempts(came)
        for value in REDIRECTS:
            session = self._sessions[f"redirect {value}"].id
            trial.redirected[str(value)] = self._replies.of(session, endpoint=_endpoint(value))
        trial.hung_up_s = self._webhook.hung_up().get(self._sessions["slow"].id)
        trial.served_s = [self._took_s(name) for name in BYSTANDERS]
        trial.usual_s = max((took for took in map(self._took_s, self._at_once) if took is not None), default=None)

    def _later(self) -> None:
        """All is well again: does the sender go on? Returns when a bystander is served, or not in time."""
        relented = time.monotonic_ns()

        def since(name: str) -> list[Replied]:
            return [call for call in self._replies.of(self._sessions[name].id) if call.at >= relented]

        self._say("thrice", "last")
        self._trial.recovered = self._replies.until(lambda: bool(since("last")), self._replies.timeout_s)
        if self._replies.until(lambda: bool(since("thrice")), LATER_S):
            self._trial.later_s = round((since("thrice")[0].at - relented) / 1e9, 2)

    def _say(self, *names: str, words: str = "Hello") -> set[str]:
        """The names of the sessions in which it was accepted."""

        def say(name: str) -> bool:
            answer = self._api.send_message(self._sessions[name].id, f"{words} from the session {name}")
            if answer.accepted:
                self._sent.setdefault(name, answer.sent_at)
            return answer.accepted

        return {name for name, accepted in zip(names, together(say, names), strict=True) if accepted}

    def _calls(self, name: str) -> list[Replied]:
        """All calls of the announced URL with a session's replies."""
        return self._replies.of(self._sessions[name].id, endpoint="")

    def _came(self, name: str) -> bool:
        """Whether a first call came, or none will: its message was not accepted."""
        return name not in self._sent or bool(self._replies.of(self._sessions[name].id))

    def _took_s(self, name: str) -> float | None:
        came = self._replies.of(self._sessions[name].id)
        return round((came[0].at - self._sent[name]) / 1e9, 2) if came and name in self._sent else None


def _endpoint(status: int) -> str:
    return f"redirect-{status}"
