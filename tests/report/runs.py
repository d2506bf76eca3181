"""Runs of every kind, made of real events, written as real journals: what the reports under test are made from."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.events import Acked, Began, Checked, Ended, Event, Failed, Gauged, Limited, Planned, Probed, Replied, Sent
from harness.journal import Header
from harness.recording.writer import JournalWriter
from harness.requirements import Requirement

RUN = "20261122T182757Z-4f1c"
WALL = 1_795_372_077_000_000_000
SECOND = 1_000_000_000
TARGET: dict[str, Any] = {
    "base_url": "https://messaging.example.com",
    "client_id": "425462d5fcc648958485f40e501fed2f",
    "other_client_id": None,
    "public_url": None,
    "session_ttl": None,
    "reply_timeout": 10.0,
    "max_rate": None,
}

REQUIREMENTS = (
    Requirement(
        "AUTH-1", "MUST", "every operation answers 401 to a request without the Authorization header", "", ("no-key",)
    ),
    Requirement(
        "AUTH-2",
        "MUST",
        "every operation answers 401 to a header that is malformed or holds a key that was never issued",
        "",
        ("wrong-key", "near-key"),
        quote="All API requests must be authenticated using the provided API credentials.",
    ),
    Requirement(
        "SES-1",
        "MUST",
        "creating a session as documented answers HTTP 200 with a sessionId and a userId",
        "",
        ("create",),
    ),
    Requirement("SES-5", "MUST", "any customer data a real person can have is accepted", "", ("people",)),
    Requirement(
        "MSG-2", "MUST", "an expired session answers 404, session_not_found", "", ("expired",), stands_in="MSG-3"
    ),
    Requirement("MSG-3", "MUST", "a session id that was never given out answers the same", "", ("unknown",)),
    Requirement(
        "RPL-1", "MUST", "a message that was accepted leads to a reply, at exactly the registered URL", "", ("reply",)
    ),
    Requirement(
        "RPL-3",
        "MUST",
        "its sessionId and userId are those of the session that the message was sent to",
        "",
        ("pairs",),
    ),
    Requirement(
        "RATE-2", "SHOULD", "a 429 says when to come back (Retry-After), and keeps its word", "", ("retry-after",)
    ),
    Requirement(
        "SEC-3", "SHOULD", "ids are not guessable: not sequential, enough entropy over a sample", "", ("entropy",)
    ),
    Requirement("HTTP-1", "SHOULD", "an unsupported method or an unknown path answers 4xx", "", ("methods",)),
    Requirement("OBS-REPLIES", "OBSERVE", "how many replies a message gets", "", ("replies",)),
    Requirement("OBS-EMPTY", "OBSERVE", "what an empty content is answered", "", ("empty",)),
    Requirement("OBS-PHONES", "OBSERVE", "which phone formats are known", "", ()),
)


# Where the open points stand, and what is told of one: every shape that plain data can have.
PLACES = {
    "OBS-REPLIES": "#/webhooks/message/post",
    "OBS-EMPTY": "#/components/schemas/SendMessage/properties/content",
    "OBS-PHONES": "#/components/schemas/Customer/properties/phoneNumber",
}
FACTS: dict[str, Any] = {
    "user_agent": "bot <1.0>",
    "backoff_s": [0.5, 1.0],
    "redirects": False,
    "statuses": {"first": 200, "last": None},
    "schedule": [{"attempt": 1, "after_s": 0.0}, {"attempt": 2, "after_s": 0.5}],
    "nested": {"deep": [{"er": [1]}]},
    "after": {
        "200": {"answered": [200], "attempts": 1, "gaps_s": []},
        "500 <b>": {"answered": [500, "reset"], "attempts": 2, "gaps_s": [0.5]},
    },
    "headers": [],
    "longest_s": None,
}


def passes(requirement: Requirement) -> list[Checked]:
    """What every check of it says of a target that is right."""
    observed = {"OBS-REPLIES": "one, in 24 of 24 messages", "OBS-EMPTY": "200, as any other content"}
    untried = {
        "MSG-2": "no --session-ttl was given: say how long a session lives, to have it tried",
        "RATE-2": "no request was limited",
    }
    if requirement.id in untried:
        return [
            Checked(5, requirement.id, name, "not_exercised", 0, untried[requirement.id]) for name in requirement.checks
        ]
    if requirement.level == "OBSERVE":
        return [
            Checked(5, requirement.id, name, "observed", 24, observed[requirement.id]) for name in requirement.checks
        ]
    return [Checked(5, requirement.id, name, "pass", 3 + 7 * len(requirement.id)) for name in requirement.checks]


def green_gate() -> list[Checked]:
    return [checked for requirement in REQUIREMENTS for checked in passes(requirement)]


def with_outcomes(*instead: Checked) -> list[Checked]:
    """A green gate but for these checks."""
    named = {(checked.requirement, checked.check): checked for checked in instead}
    return [named.get((checked.requirement, checked.check), checked) for checked in green_gate()]


BROKEN_AUTH = Checked(
    6,
    "AUTH-2",
    "near-key",
    "fail",
    3,
    "a key that differs from a real one in its last character was accepted",
    {
        "clause": "every operation answers 401 to a header that is malformed or holds a key that was never issued",
        "curl": "curl -X POST https://messaging.example.com/v1/sessions \\\n"
        "  -H 'Authorization: Bearer $HARNESS_API_KEY'x \\\n  -H 'Content-Type: application/json' \\\n"
        '  -d \'{"clientId": "425462d5fcc648958485f40e501fed2f", "source": "sms", "customer": {"firstName": "Zoë"}}\'',
        "response": 'HTTP/1.1 200 OK\ncontent-type: application/json\n\n{"status": 200, "sessionId": "d6a2593eddd3"}',
        "expected": "401",
        "reproduced": True,
        "seed": 7,
    },
)
FLAKY_REPLY = Checked(
    7,
    "RPL-1",
    "reply",
    "fail",
    24,
    "1 of 24 accepted messages got no reply within 10 s",
    {"response": "no webhook call for session 1ba95b86", "expected": "a reply", "reproduced": False, "seed": 7},
)
# What is listed of the three failures above and below, and the day of these runs: 22 November 2026.
LISTED = {
    "AUTH-2": {"reason": "ticket 4711, in the proxy", "owner": "team-edge"},
    "RPL-1": {"reason": "ticket 4712", "owner": "team-chat"},
}


def listed(expires: str = "2026-11-22", *more: str) -> dict[str, Any]:
    """The setting of a run with known failures: LISTED, and the requirements in `more`."""
    rows = LISTED | {name: {"reason": "ticket 4713", "owner": "team-ops"} for name in more}
    entries = [{"requirement": name, **row, "expires": expires} for name, row in rows.items()]
    return {"file": "ci/known.yaml", "entries": entries}


BROKEN_SHOULD = Checked(
    8, "SEC-3", "entropy", "fail", 64, "64 session ids are sequential", {"response": ["0001", "0002", "0003"]}
)


@dataclass(frozen=True, slots=True)
class Traffic:
    """A load run to be made up: `seconds` of `rate` messages a second, and what goes wrong in it (shares of all)."""

    seconds: int = 30
    rate: int = 40
    median_ms: float = 240.0
    lost: float = 0.0
    limited: float = 0.0
    failed: float = 0.0
    late_by_ms: float = 0.4
    sink_lag_ms: float = 0.6
    objectives: tuple[str, ...] = ("reply_p99<2s", "lost<0.1%", "failed<1%", "misrouted<=0")
    reason: str = "HTTP 500 Internal Server Error"
    seed: int = 1
    extra: tuple[Event, ...] = field(default=())


def load_events(traffic: Traffic) -> list[Event]:
    """Customers with a session each, one message in flight in it, so that every pair is certain."""
    chance = random.Random(traffic.seed)
    events: list[Event] = []
    for number in range(traffic.seconds * traffic.rate):
        due = SECOND + number * SECOND // traffic.rate
        session, user = f"s{number}", f"u{number}"
        events += [Planned(due - 9, f"c{number}", "createSession", user), Sent(due - 8, f"c{number}")]
        events.append(Acked(due - 7, f"c{number}", 200, session, user))
        sent = due + round(chance.expovariate(1 / traffic.late_by_ms) * 1e6)
        events += [Planned(due, f"m{number}", "sendMessage", user, session), Sent(sent, f"m{number}")]
        answered = sent + round(chance.lognormvariate(1.6, 0.5) * 1e6)
        fate = chance.random()
        if fate < traffic.limited:
            events.append(Limited(answered, f"m{number}", 1.0))
        elif fate < traffic.limited + traffic.failed:
            events.append(Failed(answered, f"m{number}", traffic.reason, 500))
        else:
            events.append(Acked(answered, f"m{number}", 200))
            if chance.random() >= traffic.lost:
                wave = 1.6 if number % (11 * traffic.rate) < 2 * traffic.rate else 1.0
                reply = answered + round(traffic.median_ms * wave * chance.lognormvariate(0, 0.35) * 1e6)
                events.append(Replied(reply, WALL + reply, session, user, "bot", f"d{number}"))
    return events + list(traffic.extra)


def gauges(traffic: Traffic) -> list[Event]:
    chance = random.Random(traffic.seed + 1)
    told: list[Event] = []
    for second in range(traffic.seconds):
        at = (second + 1) * SECOND
        told.append(Gauged(at, "sink", "lag_ms", traffic.sink_lag_ms * (0.5 + chance.random())))
        told += [
            Gauged(at, source, "cpu_percent", base + 10 * chance.random())
            for source, base in (("locust", 41), ("sink", 9))
        ]
    return told


def write_whole(folder: Path, phases: Sequence[str] = ("conform", "load")) -> None:
    """What `harness run` writes beside its phases: that it is one run of several."""
    ended = Ended(90 * SECOND, WALL + 90 * SECOND, "run", "completed")
    write_part(folder, "run", "harness", [Began(0, WALL, "run", {"phases": list(phases)}), ended])


def write_conform(
    folder: Path, checked: Iterable[Event] | None = None, ending: Ended | None = None, **settings: Any
) -> None:
    """The gate's journal. `ending` of None is a run that completed; settings are added to the usual ones."""
    given = {"target": TARGET, "seed": 7, "strict": False, "requirements": [r.described() for r in REQUIREMENTS]}
    end = ending or Ended(40 * SECOND, WALL + 40 * SECOND, "conform", "completed")
    write_part(folder, "conform", "harness", [Began(0, WALL, "conform", given | settings), end])
    write_part(folder, "conform", "gate", list(green_gate() if checked is None else checked))


def write_load(
    folder: Path, traffic: Traffic, ending: Ended | None = None, killed: bool = False, **settings: Any
) -> None:
    given = {
        "target": TARGET,
        "seed": 7,
        "strict": False,
        "scenario": "conversations",
        "customers": 200,
        "duration_s": traffic.seconds,
        "reply_timeout_s": 10.0,
        "objectives": list(traffic.objectives),
    }
    wall = WALL + 41 * SECOND
    end = ending or Ended((traffic.seconds + 12) * SECOND, wall + (traffic.seconds + 12) * SECOND, "load", "completed")
    began = Began(0, wall, "load", given | settings)
    write_part(folder, "load", "harness", [began, *gauges(traffic), *([] if killed else [end])])
    events = load_events(traffic)
    write_part(folder, "load", "customers", [event for event in events if not isinstance(event, Replied)])
    write_part(folder, "load", "sink", [event for event in events if isinstance(event, Replied)])


def write_part(folder: Path, phase: str, role: str, events: Sequence[Event]) -> None:
    header = Header(RUN, phase, role, "laptop", 0, WALL)
    with JournalWriter(folder / "parts" / f"{phase}-{role}.ndjson", header) as part:
        part.write(*events)


HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)> ]]> <!-- </style></title> \x1b[31mred\x1b[0m \x00\x07\r\n"
    "| a | `b` ``` **c** [d](javascript:alert(3)) {{ 7 * 7 }} {% raw %} &amp; \"'> \u202etxt.exe\u2066 \ud800 \udfff "
    "\ufffe\uffff www.evil.example @everyone #1 \u2028 $x^2$ ~~~ \\"
)


def hostile(harmless: str = "") -> tuple[list[Checked], Traffic, dict[str, Any]]:
    """A gate, a load run and settings in which every text that others choose is hostile, or `harmless` where given."""
    text = harmless or HOSTILE
    long = text * (100_000 // len(text))
    evidence = {
        "clause": text,
        "curl": text,
        "response": long,
        "expected": text,
        "reproduced": True,
        "seed": text,
        text: [text],
    }
    told = [
        replace(checked, reason=text, evidence={**evidence, "nested": {text: [text, {text: text}]}})
        for checked in with_outcomes(BROKEN_AUTH, FLAKY_REPLY, BROKEN_SHOULD)
    ]
    reply = Replied(3 * SECOND, WALL, text, text, text, text, (text,), text)
    traffic = Traffic(seconds=3, rate=5, failed=0.5, reason=text, extra=(reply,))
    return told, traffic, {"target": {**TARGET, "base_url": text, "client_id": text}, "seed": text}


def probe(number: int, rate: float, role: str = "step", **found: Any) -> Probed:
    """A probe of a target whose replies slow down towards 30 new customers a second, and which bears 24."""
    slow = 1 / max(0.04, 1 - rate / 30)
    times = {"count": round(rate * 80), "min": 31.0, "p50": 180 * slow**0.5, "p90": 300 * slow, "p95": 360 * slow}
    times |= {"p99": 420 * slow, "p99_9": 500 * slow, "max": 520 * slow, "mean": 200 * slow**0.5}
    verdict = "fail" if times["p99"] > 2000 else "pass"
    objectives = [
        {"objective": "reply_p99<2s", "value": times["p99"], "unit": "ms", "verdict": verdict},
        {"objective": "lost<1%", "value": 0.0, "unit": "%", "verdict": "pass"},
    ]
    flight = round(5.5 * rate * times["mean"] / 1000, 3)
    usual = {
        "verdict": verdict,
        "validity": "valid",
        "reasons": [],
        "warmup_s": 12.0,
        "held_back": False,
        "objectives": objectives,
        "messages": {"sent": round(rate * 80)},
        "sessions": {"sent": round(rate * 15)},
        "requests_per_s": round(6.5 * rate, 2),
        "response_ms": {name: value / 20 if name != "count" else value for name, value in times.items()},
        "reply_ms": times,
        "little": {
            "in_flight": flight,
            "throughput_per_s": 5.5 * rate,
            "mean_ms": times["mean"],
            "expected": flight * 1.01,
            "apart": 0.01,
            "allowed": 0.07,
            "holds": True,
        },
    }
    return Probed(number * 30 * SECOND, number, rate, role, usual | found)


def write_capacity(folder: Path, probes: Sequence[Event], ending: Ended | None = None, **settings: Any) -> None:
    """A search for capacity: what its own journal holds."""
    given = {
        "target": TARGET,
        "seed": 7,
        "strict": False,
        "scenario": "capacity",
        "objectives": ["reply_p99<2s", "lost<1%"],
        "reply_timeout_s": 10.0,
        "highest_per_s": 57.7,
        "highest_by": "max_rate",
        "arrival_rate": None,
        "tolerance": 0.05,
        "probe_s": 15.0,
        "think_s": 1.0,
        "connections": 100,
        "spacing": "constant",
    }
    end = ending or Ended(400 * SECOND, WALL + 400 * SECOND, "load", "completed")
    write_part(folder, "load", "harness", [Began(0, WALL, "load", given | settings), *probes, end])
