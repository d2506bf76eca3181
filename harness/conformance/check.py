"""The verifier that each check holds: it decides, counts what the decision stands on, and gathers the evidence."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from harness.client.exchange import Answer
from harness.conformance.outcome import NotExercised, Tally, Unmet
from harness.contract import Contract
from harness.events import Replied

# How many findings beside the first are told in the evidence.
FURTHER = 5
SHOWN_BODY = 600


class Check:
    """One run of one check. Every method that decides raises Unmet, with evidence, where the target is at fault."""

    def __init__(self, contract: Contract, expired: Callable[[Answer], bool] = lambda _: False) -> None:
        """`expired` tells whether an answer speaks of a session that has lived out its time to live."""
        self._contract = contract
        self._expired = expired
        self.exercised = 0
        self.observed: str | None = None
        self.evidence: dict[str, Any] = {}

    def status(self, answer: Answer, *expected: int, because: str = "") -> Answer:
        """The answer has one of these statuses."""
        wanted = "HTTP " + " or ".join(map(str, expected)) + (f": {because}" if because else "")
        return self.holds(answer.status in expected, wanted, answer)

    def client_error(self, answer: Answer, because: str = "") -> Answer:
        """Any 4xx will do."""
        held = answer.status is not None and 400 <= answer.status < 500
        return self.holds(held, "any HTTP 4xx" + (f": {because}" if because else ""), answer)

    def unbroken(self, answer: Answer) -> Answer:
        """Whatever it is, it is an answer, and no 5xx."""
        held = answer.status is not None and answer.status < 500
        return self.holds(held, "anything but a 5xx or silence", answer)

    def accepted(self, answer: Answer, because: str = "") -> Answer:
        """The target took the request. What its body says is another requirement's business."""
        self._raise_if_expired(answer)
        held = answer.accepted if answer.request.operation == "registerWebhook" else answer.status == 200
        return self.holds(held, "it is accepted" + (f": {because}" if because else ""), answer)

    def as_documented(self, answer: Answer, *statuses: int) -> Answer:
        """One of the statuses (none given: any 2xx), with a body that openapi.yaml allows for it."""
        wanted = " or ".join(map(str, statuses)) or "2xx"
        if 404 not in statuses:
            self._raise_if_expired(answer)
        self.holds(answer.status in statuses if statuses else answer.accepted, f"HTTP {wanted}", answer)
        assert answer.request.operation is not None
        assert answer.status is not None
        if not answer.body and answer.request.operation == "registerWebhook":
            return answer  # the document shows no body for this one
        problems = self._contract.response_problems(answer.request.operation, answer.status, answer.body)
        return self.holds(not problems, f"the body that the contract has for HTTP {wanted}", answer, seen=problems)

    def holds(self, held: bool, expected: str, answer: Answer, *, seen: Sequence[str] = ()) -> Answer:
        """Something about an answer."""
        if answer.unreached:
            raise NotExercised(f"it could not be sent: {answer.failure}")
        self.exercised += 1
        if not held:
            evidence: dict[str, Any] = {"curl": answer.curl(), "response": answer.shown()}
            raise Unmet(expected, evidence | ({"seen": list(seen)} if seen else {}))
        return answer

    def that(self, held: bool, expected: str, *, count: int = 1, seen: str = "", after: Answer | None = None) -> None:
        """Something about `count` requests or replies together. `after` is the request that led to it."""
        self.exercised += count
        if not held:
            request = {"curl": after.curl(), "response": after.shown()} if after else {}
            raise Unmet(expected, {**request, **({"seen": seen} if seen else {})})

    def clean(self, tally: Tally, expected: str, *, reproduced: bool | None = None) -> None:
        """An oracle found nothing in all that it saw."""
        self.exercised += tally.exercised
        if not tally.findings:
            return
        first, *rest = tally.findings
        evidence = {**_evidence(first.subject), "seen": _told(first.objection, first.count)}
        if rest:
            told = [f"{_told(finding.objection, finding.count)}: {_label(finding.subject)}" for finding in rest]
            evidence["further"] = told[:FURTHER]
        if reproduced is not None:
            evidence["reproduced"] = reproduced
        raise Unmet(expected, evidence)

    def observe(self, what: str, *, count: int = 1, evidence: Mapping[str, Any] | None = None) -> None:
        """Reports what was seen of a point that the document leaves open. `evidence` is plain data behind it."""
        self._find("observed", what, count, evidence)

    def absent(self, what: str, *, count: int = 1, evidence: Mapping[str, Any] | None = None) -> None:
        """Reports that it was looked for, in `count` requests or replies, and is not there."""
        self._find("not observed", what, count, evidence)

    def _find(self, finding: str, what: str, count: int, evidence: Mapping[str, Any] | None) -> None:
        self.exercised += count
        self.observed = what
        self.evidence = {"finding": finding, **(evidence or {})}

    def _raise_if_expired(self, answer: Answer) -> None:
        if answer.status == 404 and self._expired(answer):
            raise NotExercised("its session had lived out its time to live before it came to that")


def shown_arrival(arrival: Replied) -> str:
    """A webhook call on one line."""
    body = (arrival.body or "").encode("utf-8", "backslashreplace").decode()
    return body if len(body) <= SHOWN_BODY else f"{body[:SHOWN_BODY]}…"


def _evidence(subject: Any) -> dict[str, Any]:
    if isinstance(subject, Answer):
        return {"curl": subject.curl(), "response": subject.shown()}
    if isinstance(subject, Replied):
        return {"webhook_call": shown_arrival(subject), "content_type": subject.content_type}
    return {}


def _label(subject: Any) -> str:
    if isinstance(subject, Answer):
        return f"{subject.request.label}, {subject.shown().splitlines()[0]}"
    return f"session {subject.session}" if isinstance(subject, Replied) else ""


def _told(objection: str, count: int) -> str:
    return objection if count == 1 else f"{objection} ({count} times)"
