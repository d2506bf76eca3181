"""What must hold of every answer that `schemathesis run openapi.yaml` gets: the gate's rules, as checks of its own.

Each check bears the id of its requirement, so `--exclude-checks SEC-7` leaves one out. A SHOULD fails here as well:
schemathesis has no third verdict.
"""

import json
import time
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import schemathesis

from harness.assets import asset
from harness.client.exchange import Answer, Request
from harness.client.veil import Veil
from harness.conformance.generation import lacks
from harness.conformance.oracles import ORACLES, Oracle
from harness.conformance.table import list_requirements
from harness.contract import Contract, parse
from harness.profile import Profile

REQUIREMENTS = {requirement.id: requirement for requirement in list_requirements()}
CONTRACT = Contract(asset("openapi.yaml").read_text(encoding="utf-8"))
# By operation: what a request without a required part breaks, one with a wrong type, and one that is surely valid.
BROKEN = {"createSession": "SES-4", "sendMessage": "MSG-4", "registerWebhook": "HOOK-2"}
WRONG = {"createSession": "SES-7", "sendMessage": "MSG-6", "registerWebhook": "HOOK-4"}
VALID = {"createSession": "SES-5", "sendMessage": "MSG-5", "registerWebhook": "HOOK-1"}
DOCUMENTED = {"createSession": "SES-1", "sendMessage": "MSG-1", "registerWebhook": "HOOK-1"}
# Schemathesis' own checks that are left on, by the requirement that they decide.
BUILT_IN = {"missing_required_header": "AUTH-1", "ignored_auth": "AUTH-2", "ensure_resource_availability": "SES-3"}
# Members that the document leaves open where they are a string that openapi.yaml does not allow, and one that it does.
LEFT_OPEN = {"content": "Hello", "event": "message", "clientId": "any", "source": "sms"}

# How long a session is taken to live: seconds. The document does not say, and a slow run may outlast it.
LIFE_S = 60.0


class Known:
    """What the run's own requests taught it."""

    def __init__(self) -> None:
        self.profile: Profile | None = None
        self.base_path = ""
        self.veil = Veil({})
        self.sessions: dict[str, float] = {}  # when each was given out
        self.valid: set[str] = set()

    def begin(self, profile: Profile) -> None:
        self.profile = profile
        self.base_path = urlsplit(profile.base_url).path.rstrip("/")
        self.veil = Veil.of(profile)

    def given_out(self, session: str) -> None:
        self.sessions[session] = time.monotonic()

    def lives(self, session: str | None) -> bool:
        """It cannot have expired yet, as far as anybody can tell."""
        return session in self.sessions and time.monotonic() - self.sessions[session] < LIFE_S

    def is_valid(self, body: dict[str, Any]) -> None:
        """The target has no reason to refuse this body."""
        self.valid.add(_canonical(body))


def _canonical(body: Any) -> str:
    return json.dumps(body, sort_keys=True)


KNOWN = Known()


def answer_of(response: schemathesis.Response) -> Answer:
    """An exchange as the gate records it."""
    sent = response.request
    body = sent.body or b""
    request = Request(
        method=str(sent.method),
        path=sent.path_url.removeprefix(KNOWN.base_path),
        headers=tuple((name, _text(value)) for name, value in sent.headers.items()),
        body=body if isinstance(body, bytes) else str(body).encode("utf-8", "backslashreplace"),
    )
    headers = tuple((name, value) for name, values in response.headers.items() for value in values)
    return Answer(request, response.status_code, headers, response.content or b"", veil=KNOWN.veil)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _register(name: str, objection: Callable[[Answer], str | None]) -> None:
    """A check named after its requirement, with more words where that has several. Whatever it objects to is told with
    the requirement's own words."""
    row = REQUIREMENTS[name.partition(" ")[0]]

    def check(ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case) -> None:
        found = objection(answer_of(response))
        assert found is None, f"{row.id} ({row.level}): {row.clause}\n\n{found}"

    check.__name__ = name.replace(" ", "-")
    schemathesis.check(check)


def _judge(oracle: Oracle) -> Callable[[Answer], str | None]:
    return lambda answer: oracle.objection(answer) if oracle.applies(answer) else None


def _ours(answer: Answer, *, live: bool = True) -> bool:
    """Only its body can be wrong: our key, a session of ours, JSON or nothing, and no limiter came in between."""
    request = answer.request
    kind = (request.header("content-type") or "application/json").partition(";")[0].strip().lower()
    ours = KNOWN.profile is not None and request.header("authorization") == f"Bearer {KNOWN.profile.api_key.reveal()}"
    there = not live or request.operation != "sendMessage" or KNOWN.lives(request.session)
    return ours and there and kind == "application/json" and answer.status != 429


def _broken(answer: Answer) -> bool:
    """A required part is missing, or the body is no JSON object."""
    operation = answer.request.operation
    if operation is None or not _ours(answer):
        return False
    schema = CONTRACT.operations[operation]["requestBody"]["content"]["application/json"]["schema"]
    return lacks(answer.request.body, CONTRACT.at(schema["$ref"])["required"])


def _wrong(answer: Answer) -> bool:
    """Everything is there, and something has a type that openapi.yaml does not allow."""
    operation = answer.request.operation
    if operation is None or not _ours(answer) or _broken(answer):
        return False
    body = parse(answer.request.body)[0]
    return isinstance(body, dict) and _encodable(body) and bool(CONTRACT.request_problems(operation, _settled(body)))


def _settled(body: dict[str, Any]) -> dict[str, Any]:
    """The body without what the document leaves open: null for an optional field, an empty text, an unknown event."""
    known: dict[str, Any] = {
        name: LEFT_OPEN[name] for name, value in body.items() if name in LEFT_OPEN and isinstance(value, str)
    }
    customer = body.get("customer")
    if isinstance(customer, dict):
        known["customer"] = {name: value for name, value in customer.items() if value is not None}
    return {**body, **known}


def _encodable(value: Any) -> bool:
    """Whether it is text throughout: about a lone surrogate the document says nothing."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _surely_valid(answer: Answer) -> bool:
    return _ours(answer) and _canonical(parse(answer.request.body)[0]) in KNOWN.valid


def _never_given_out(answer: Answer) -> bool:
    body = parse(answer.request.body)[0]
    return (
        _ours(answer, live=False) and answer.request.session not in KNOWN.sessions and _canonical(body) in KNOWN.valid
    )


def _of(operation: str, applies: Callable[[Answer], bool], expected: int) -> Callable[[Answer], str | None]:
    """An objection to an answer of that operation, where the rule applies and the status is another one."""

    def objection(answer: Answer) -> str | None:
        if answer.request.operation != operation or not applies(answer):
            return None
        met = answer.accepted if (operation, expected) == ("registerWebhook", 200) else answer.status == expected
        if expected != 200 and answer.status is not None and answer.status >= 500:
            met = True  # ERR-1 says that it broke
        return None if met else f"expected: HTTP {expected}, answered: HTTP {answer.status}"

    return objection


def _other_method(answer: Answer) -> str | None:
    """OPTIONS is left out: it may well be answered, for CORS."""
    fine = answer.request.method in ("POST", "OPTIONS") or answer.status is None or 400 <= answer.status < 500
    return None if fine else f"{answer.request.method} is answered by HTTP {answer.status}"


for _oracle in ORACLES:
    # Framing is nothing that can be judged here: the HTTP library below has undone it, compression included.
    if _oracle.name != "HTTP-2":
        _register(_oracle.name, _judge(_oracle))
for _rules, _applies, _wanted in ((BROKEN, _broken, 400), (WRONG, _wrong, 400), (VALID, _surely_valid, 200)):
    for _operation, _requirement in _rules.items():
        _register(_requirement, _of(_operation, _applies, _wanted))
_register("MSG-3", _of("sendMessage", _never_given_out, 404))
_register("HTTP-1", _other_method)


@schemathesis.check
class exercised:  # noqa: N801 - a check's name is what people write on the command line
    """Nothing passes by not being tried: each operation of the run was accepted at least once."""

    def __init__(self) -> None:
        self._tried: Counter[str] = Counter()
        self._accepted: Counter[str] = Counter()

    def after_response(self, ctx: Any, response: schemathesis.Response, case: schemathesis.Case) -> None:
        answer = answer_of(response)
        if answer.request.operation:
            self._tried[answer.request.operation] += 1
            self._accepted[answer.request.operation] += answer.accepted

    def after_run(self, ctx: Any) -> None:
        never = [f"{name} ({count} requests)" for name, count in self._tried.items() if not self._accepted[name]]
        assert self._tried, "nothing was tried: no request reached an operation"
        assert not never, f"not exercised: no request was ever accepted by {', '.join(never)}"


@schemathesis.hook
def filter_failure(
    context: schemathesis.HookContext, failure: Any, case: schemathesis.Case, response: schemathesis.Response
) -> bool:
    """Of the checks that schemathesis brings: names the requirement, and drops what the document leaves open."""
    answer = answer_of(response)
    [check] = failure.checks[:1] or [""]
    if check in ("status_code_conformance", "response_schema_conformance"):
        if _left_open(check, answer):
            return False
        requirement = _documented(answer)
    elif check == "ignored_auth" and "without" in failure.title:
        requirement = "AUTH-1"
    else:
        requirement = BUILT_IN.get(check, "")
    if requirement and not failure.title.startswith(requirement):
        failure.title = f"{requirement} ({REQUIREMENTS[requirement].level}): {failure.title}"
    return True


def _left_open(check: str, answer: Answer) -> bool:
    if answer.request.operation is None:
        return True  # with odd things in a session id's place a proxy may answer
    if check == "status_code_conformance":
        return answer.status is not None and 400 <= answer.status < 500  # the document's list is of "common" codes
    return answer.request.operation == "registerWebhook" and answer.accepted and not answer.body


def _documented(answer: Answer) -> str:
    operation = answer.request.operation or ""
    if answer.status == 404 and operation == "sendMessage":
        return "MSG-3"
    return DOCUMENTED[operation] if answer.accepted else "ERR-2"
