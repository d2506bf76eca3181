"""Journals of inquiries into limiters: identified for real, on virtual clocks."""

from pathlib import Path
from typing import Any

from benchmarks.virtual_limiter import VirtualLimiter, identified
from harness.client.exchange import Answer, Request
from harness.dialects import claim_of
from harness.events import Asked, Began, Ended, Ending, Identified
from harness.honesty import Promise, honesty
from harness.identification.budget import Budget
from harness.identification.trace import Observation
from harness.limits.cheapest import Choice
from harness.limits.found import found
from harness.limits.inquiry import Findings
from harness.limits.scope import Control, scope_of
from harness.limits.seen import Seen
from harness.limits.subject import Subject
from tests.report.runs import SECOND, TARGET, WALL, write_part

SUBJECT = Subject("unknown")
BUDGET, SHORT = Budget(600, 600), Budget(40, 600)
REFUSED = (("Retry-After", "3"), ("RateLimit", "limit=5, remaining=0, reset=3"))


def findings_of(family: Any, budget: Budget = BUDGET, seed: int = 3, look_behind: int = 0) -> Findings:
    """What an inquiry into this limiter comes to: its scope, and what it tells of itself, are made up."""
    identification, run = identified(VirtualLimiter(family, 0.004, seed), seed, budget, look_behind)
    seen = [_seen(number, each) for number, each in enumerate(run.trace.observations)]
    choice = Choice(SUBJECT, "it leaves nothing behind", len(seen), run.now)
    findings = Findings(seen, choice, run, identification, seen)
    findings.scope = scope_of(tuple(_control(name) for name in ("session", "operation", "key", "address")))
    findings.honesty = honesty([Promise(s.sent, s.received, s.admitted, s.retry_after_s) for s in seen], False)
    findings.calm_in_s = 0.0
    return findings


def write_inquiry(folder: Path, family: Any, ending: Ending = "completed", seed: int = 3, look_behind: int = 0) -> None:
    """The journal of such an inquiry."""
    findings = findings_of(family, BUDGET if ending == "completed" else SHORT, seed, look_behind)
    settings = {"target": TARGET, "seed": seed, "budget": {"requests": BUDGET.requests, "seconds": BUDGET.seconds}}
    end = round(findings.trace[-1].received * SECOND) + SECOND
    told = [] if ending == "died" else [Identified(end, found(findings))]
    write_part(
        folder,
        "limits",
        "inquiry",
        [
            Began(0, WALL, "limits", settings),
            *(_asked(each) for each in findings.seen),
            *told,
            Ended(end, WALL + end, "limits", ending, "the target answers no more" if ending == "died" else None),
        ],
    )


def _control(dimension: str) -> Control:
    return Control(dimension, SUBJECT, dimension != "key", "", (1, 2, 3))


def _seen(number: int, each: Observation) -> Seen:
    headers = () if each.admitted else REFUSED
    answer = Answer(
        Request("POST", "/v1/sessions/none/messages", base_url="http://127.0.0.1:8080"),
        404 if each.admitted else 429,
        headers,
        b'{"message": "Too many requests."}',
    )
    claim = claim_of(headers, 0.0)
    return Seen(
        number, number, SUBJECT, "burst", each.sent, each.received, answer, None if each.admitted else 3.0, claim
    )


def _asked(seen: Seen) -> Asked:
    return Asked(
        at=round(seen.sent * SECOND),
        number=seen.number,
        subject=seen.subject.words,
        purpose=seen.purpose,
        received=round(seen.received * SECOND),
        verdict=seen.verdict,
        status=seen.answer.status,
        retry_after_s=seen.retry_after_s,
    )
