"""What happens in a run, as frozen records. Every part of the harness speaks in these and in nothing else.

Here live the records and only the records: no clock, no file, no decision. `at` is always `time.monotonic_ns()` of the
host that saw the event (nanoseconds, comparable between the processes of one host). A `request` is our own name for one
HTTP exchange with the target, unique in its run; the API has no message ids, so this never reaches the target.

    Planned ─► Sent ─► Acked | Refused | Limited | Failed          one request, in the source system
                          Replied                                  one webhook call, at the sink
                          Checked                                  one verdict of one check, in the gate
    Asked · Identified                                       the inquiry into a limiter
    Began · Replanned · Ended · Died · Gauged · Compared · Aborted · Probed
                                                             the run itself, and how well the harness kept up
"""

from dataclasses import dataclass, field
from typing import Any, Literal

Operation = Literal["createSession", "sendMessage", "registerWebhook"]
Outcome = Literal["pass", "fail", "not_exercised", "could_not_run", "observed"]
Ending = Literal["completed", "interrupted", "aborted", "died"]

# How the reason of a Failed begins that the machine which sends is to blame for.
EXHAUSTED = "this machine ran out of"
# How the reason of a Failed begins whose answer was whole, and no answer that the contract knows.
BROKE_CONTRACT = "broke the contract"


@dataclass(frozen=True, slots=True)
class Planned:
    """A request became due. What follows it may be late, or may never happen."""

    at: int
    request: str
    operation: str
    customer: str
    session: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """The request was handed to the client, before any byte was written or any connection opened.

    `queued` is for how long it stood in line for one of the connections that customers share: nanoseconds. `held` is
    for how long the target itself held it back: it was due at its plan, was limited, and this is the same again in a
    request of its own, which became due so many nanoseconds after the plan.
    """

    at: int
    request: str
    queued: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class Acked:
    """The target answered 2xx. For createSession, `session` and `user` are what it gave out."""

    at: int
    request: str
    status: int
    session: str | None = None
    user: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The target answered a 4xx other than 429. `code` is the body's errorCode, where there is one; `problem` is what
    the contract objects to in it."""

    at: int
    request: str
    status: int
    code: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Limited:
    """The target answered 429. `retry_after_s` is what it promised, in seconds; None where it promised nothing.
    `problem` is what the contract objects to in it."""

    at: int
    request: str
    retry_after_s: float | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """Anything else: a 5xx, an answer that is no HTTP or no contract, a broken connection, silence.

    A `reason` that begins with EXHAUSTED is the fault of the machine that sends, and not of the target.
    """

    at: int
    request: str
    reason: str
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Replied:
    """One webhook call reached the sink with the right token.

    `at` and `wall` (nanoseconds since the epoch) were stamped before anything else was done. `digest` names the raw
    bytes. `problems` are the contract's objections: an arrival that has any is malformed. `body` is the raw body as
    text (bytes that are no UTF-8 kept as surrogates), cut at the sink's limit; None where it was not kept.
    `content_type` is the header as it was sent. `status` is what the sink answered: 200 unless it was told to fail, 0
    where it reset the connection.

    `endpoint` is the name under which the URL that was called had been opened: "" is the one that was announced.
    `peer` (the source address, without port), `headers` and `key_in` are there only where the sink was told to keep
    headers. `headers` has lower-case names, ":version" for that of HTTP, and no secret: see harness/sink/headers.py.
    `key_in` names the headers in which a key of ours stood.
    """

    at: int
    wall: int
    session: str | None
    user: str | None
    participant: str | None
    digest: str
    problems: tuple[str, ...] = ()
    body: str | None = None
    content_type: str | None = None
    status: int = 200
    endpoint: str = ""
    peer: str | None = None
    headers: dict[str, str] | None = None
    key_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """One check decided something about one requirement.

    `exercised` counts the requests or replies that the decision stands on. `evidence` holds plain data for the reader:
    of a failure `clause`, `curl`, `response`, `expected`, `reproduced` (bool) and `seed`, as far as they apply. Of
    what was observed `finding` ("observed", or "not observed": it was looked for), and the data behind it.
    """

    at: int
    requirement: str
    check: str
    outcome: Outcome
    exercised: int = 0
    reason: str | None = None
    evidence: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gauged:
    """How well a part of the harness kept up. `name` carries the unit: lag_ms, cpu_percent, rejected."""

    at: int
    source: str
    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Began:
    """A phase of a run starts. `wall` is nanoseconds since the epoch; `settings` is all that judging needs."""

    at: int
    wall: int
    phase: str
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ended:
    """A phase of a run is over, and why. Without this line the process that wrote the journal was killed."""

    at: int
    wall: int
    phase: str
    ending: Ending
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Died:
    """One of several like processes of the harness (a worker, a sink) ended before the run did; the others went on.

    `process` is its name in words, `how` what became of it.
    """

    at: int
    process: str
    how: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A process on another host wrote its events by a clock of its own, and they were brought to this host's clock.

    `offset_ns` is what was added to its moments at last; `bound_ns` is how far from the truth any of them can be.
    """

    at: int
    process: str
    host: str
    offset_ns: int
    bound_ns: int


@dataclass(frozen=True, slots=True)
class Replanned:
    """Customers are about to come by these settings, in place of those with which their phase began.

    A run in Locust's web UI is started there, perhaps many times, with what stands in the form.
    """

    at: int
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Aborted:
    """The run is ended early: in the window that begins with `second`, an objective was broken as far as could be seen
    while it was under way. `value` is in the objective's unit."""

    at: int
    objective: str
    second: int
    value: float


@dataclass(frozen=True, slots=True)
class Probed:
    """One rate was tried in the search for a target's capacity: new conversations a second. `role` says why this one,
    `found` what it came to: see `harness.capacity.judge_probe`."""

    at: int
    number: int
    rate: float
    role: str
    found: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of an inquiry into the target's limiter, and its answer. `at` is when it was sent, `received` when
    the answer was there, both monotonic ns. `status` is None where none came; then its verdict is not known.
    `retry_after_s` counts from `received`."""

    at: int
    number: int
    subject: str
    purpose: str
    received: int
    verdict: Literal["admitted", "refused", "unknown"]
    status: int | None = None
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Identified:
    """What an inquiry into the target's limiter came to: see `harness.limits.found`."""

    at: int
    found: dict[str, Any] = field(default_factory=dict)


Event = (
    Planned
    | Sent
    | Acked
    | Refused
    | Limited
    | Failed
    | Replied
    | Checked
    | Gauged
    | Compared
    | Began
    | Replanned
    | Ended
    | Died
    | Aborted
    | Probed
    | Asked
    | Identified
)
