"""What may not happen in any exchange, whoever caused it. Pure: one answer in, an objection out.

Each oracle says which answers are its business, and what it has against one of them. Its objections are short and
name a kind rather than an instance, so that the same defect is told once.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from harness.client.exchange import Answer
from harness.client.retry_after import seconds
from harness.contract import parse
from harness.dialects import REFUSALS, TOO_MANY, claim_of


@dataclass(frozen=True, slots=True)
class Oracle:
    """`objection` is asked only of an answer to which it `applies`; None is no objection."""

    name: str
    applies: Callable[[Answer], bool]
    objection: Callable[[Answer], str | None]


# The statuses whose bodies the document describes, 200 apart.
_DOCUMENTED_ERRORS = (400, 401, 404, 500)
_NOT_ACCEPTABLE = 406
# A file's place or a stack frame, as the common languages print them.
_LEAKS = tuple(
    re.compile(pattern)
    for pattern in (
        r"Traceback \(most recent call last\)",
        r'File "[^"\n]{1,200}", line \d+',
        r"\bat [\w$.<>]+\([\w$]+\.(java|kt|scala|cs):\d+\)",
        r"\bat .{0,200}\((/|file:|node:)[^)\n]*:\d+:\d+\)",
        r"\bgoroutine \d+ \[",
        r"\.(go|rb|php|py|js|ts)(:\d+| on line \d+| line \d+)",
        r"\b(site-packages|node_modules|dist-packages)\b",
        r"(?<![\w.:/])/(usr|home|var|opt|srv|root|app|etc|tmp|Users)/[\w.-]+",
        r"\b[A-Z]:\\\\?[\w.-]+\\",
        r"\bSQLSTATE\b|\bORA-\d{5}\b|syntax error at or near|You have an error in your SQL syntax",
        r"\b(SQLITE|sqlite3\.|psycopg2?\.|pymysql\.|ER_[A-Z_]{4,})\w*",
        r"\b(java|javax|kotlin|org\.\w+|com\.\w+|System)\.[\w.$]*(Exception|Error)\b",
        r"\b(Type|Key|Value|Attribute|Index|Name|Reference|Range|Syntax|Runtime|Assertion|UnicodeEncode|UnicodeDecode)Error\b",
        r"\bNullPointerException\b|\bnil pointer dereference\b|\bCannot read propert(y|ies) of (undefined|null)\b",
    )
)


def broken(answer: Answer) -> str | None:
    """ERR-1: no request is answered by a 5xx, a broken connection or silence."""
    if answer.status is None:
        return f"no answer: {re.sub(r'[0-9.]+', 'n', answer.failure or '')}"
    return f"HTTP {answer.status}" if answer.status >= 500 else None


def status_differs(answer: Answer) -> str | None:
    """ERR-2: the body's `status` is the HTTP status."""
    value = answer.json
    if not isinstance(value, dict):
        return None  # ERR-3 and ERR-4 judge that
    said = value.get("status")
    if "status" not in value:
        return "the body has no status"
    # JSON has one kind of number: 200.0 is 200. A boolean is none.
    if isinstance(said, bool) or not isinstance(said, int | float):
        return f"the body's status is no number but a {type(said).__name__}"
    return None if said == answer.status else "the body's status is not the HTTP status"


def no_object(answer: Answer) -> str | None:
    """ERR-3: the body is a whole JSON object."""
    value, problem = parse(answer.body)
    if problem:
        return problem.partition(":")[0]
    return None if isinstance(value, dict) else f"the body is a JSON {type(value).__name__}"


def not_json(answer: Answer) -> str | None:
    """ERR-4: the body is JSON and says so."""
    if not answer.body:
        return "no body"
    kind = (answer.header("content-type") or "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        return f"the Content-Type is {kind or 'missing'}"
    problem = parse(answer.body)[1]
    return problem.partition(":")[0] if problem else None


def leaks(answer: Answer) -> str | None:
    """SEC-4: no stack trace, no path, no key, and what is echoed is no markup."""
    text = "\n".join([answer.body.decode("utf-8", "replace"), *(value for _, value in answer.headers)])
    sent = answer.request.body.decode("utf-8", "replace") + answer.request.path
    if answer.veil.holds_key(text) and not answer.veil.holds_key(sent):
        return "a key"
    if leak := leaks_text(text, sent):
        return leak
    kind = (answer.header("content-type") or "").lower()
    if "html" in kind and any(tag in sent and tag in text for tag in ("<script", "<img", "<b>")):
        return "what was sent comes back as markup"
    return None


def leaks_text(text: str, sent: str = "") -> str | None:
    """Whether a text tells of the server's inside. What was `sent` to it is no secret."""
    for pattern in _LEAKS:
        match = pattern.search(text)
        if match and match[0] not in sent:
            return "a stack trace or a path of the server"
    return None


def credentialed_wildcard(answer: Answer) -> str | None:
    """SEC-7: no origin at all, or whichever asks, may read answers with the user's credentials."""
    allowed = answer.header("access-control-allow-origin")
    with_credentials = (answer.header("access-control-allow-credentials") or "").strip().lower() == "true"
    if allowed is None or not with_credentials:
        return None
    asked = answer.request.header("origin")
    return "credentialed CORS for any origin" if allowed.strip() in ("*", "null", asked) else None


# As httpx and h11 say it.
_MISFRAMED = re.compile("complete message body|too (much|little) data|content-length|chunk", re.IGNORECASE)


def misframed(answer: Answer) -> str | None:
    """HTTP-2: lengths and framing are right (RFC 9112, section 6)."""
    if answer.status is None:
        return "a response that does not end where it says" if _MISFRAMED.search(answer.failure or "") else None
    lengths = answer.all("content-length")
    if lengths and answer.header("transfer-encoding"):
        return "both Content-Length and Transfer-Encoding"
    if any(not length.strip().isdigit() for length in lengths) or len(set(lengths)) > 1:
        return "a Content-Length that is none"
    bodyless = answer.request.method == "HEAD" or answer.status in (204, 304)
    if lengths and not bodyless and int(lengths[0]) != len(answer.body):
        return "a Content-Length that is not the body's length"
    return "bytes on the connection after the response" if answer.trailing else None


def malformed_limit(answer: Answer) -> str | None:
    """RATE-1: a 429 comes in the usual error form."""
    return no_object(answer) or status_differs(answer)


_SPEAKS_OF_LIMITS = re.compile(rb"rate.?limit|too.?many.?requests|throttl|quota.{0,20}exceed", re.IGNORECASE)


def limited_otherwise(answer: Answer) -> str | None:
    """RATE-1: what is limited gets a 429, and no other status that says the same in other words."""
    assert answer.status is not None
    if answer.status < 400 or answer.status == TOO_MANY:
        return None
    # What is left is told without regard to the time.
    used_up = claim_of(answer.headers, now_s=0.0).remaining == 0
    if answer.status in (403, *REFUSALS) and (answer.header("retry-after") or used_up):
        return f"limited by HTTP {answer.status}"
    return f"limited by HTTP {answer.status}" if _SPEAKS_OF_LIMITS.search(answer.body) else None


# Whether it is a date does not depend on when it is read.
_ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)


def untold_return(answer: Answer) -> str | None:
    """RATE-2: a 429 says when to come back, in a form that RFC 9110 has."""
    value = answer.header("retry-after")
    if value is None:
        return "no Retry-After"
    return "a Retry-After that is neither seconds nor a date" if seconds(value, _ANY_TIME) is None else None


def _any(answer: Answer) -> bool:
    return True


def _answered(answer: Answer) -> bool:
    return answer.status is not None


def _with_body(answer: Answer) -> bool:
    return bool(answer.request.operation and answer.status is not None and answer.body)


def _should_have_a_body(answer: Answer) -> bool:
    """An error that the document describes says what it is; only registering may be answered without a word.

    A 406 goes to who did not want JSON.
    """
    if answer.status == _NOT_ACCEPTABLE:
        return False
    return _with_body(answer) or (answer.request.operation is not None and answer.status in _DOCUMENTED_ERRORS)


def _speaks_of_status(answer: Answer) -> bool:
    return _with_body(answer) and (answer.accepted or answer.status in _DOCUMENTED_ERRORS)


def _whole(answer: Answer) -> bool:
    if answer.request.operation == "registerWebhook":
        return answer.accepted and bool(answer.body)  # the document shows no body for it
    found_nothing = answer.status == 404 and answer.request.operation == "sendMessage"
    return answer.request.operation is not None and (answer.accepted or found_nothing)


def _limited(answer: Answer) -> bool:
    return answer.status == TOO_MANY


ORACLES = (
    Oracle("ERR-1", _any, broken),
    Oracle("ERR-2", _speaks_of_status, status_differs),
    Oracle("ERR-3", _whole, no_object),
    Oracle("ERR-4", _should_have_a_body, not_json),
    Oracle("SEC-4", _answered, leaks),
    Oracle("SEC-7", _answered, credentialed_wildcard),
    Oracle("HTTP-2", _any, misframed),
    Oracle("RATE-1", _limited, malformed_limit),
    Oracle("RATE-1 by another name", _answered, limited_otherwise),
    Oracle("RATE-2", _limited, untold_return),
)
