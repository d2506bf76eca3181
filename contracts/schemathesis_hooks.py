"""What `schemathesis run openapi.yaml` sends, where its own data would get nowhere or too far: see schemathesis.toml.

Its requests carry the real client id, most messages go to a live session, some of the data is what people really
write, and whatever webhook URL it thinks of is replaced by one that leads nowhere else. What must hold of the answers
is in schemathesis_checks.py.
"""

import os
from typing import Any
from urllib.parse import urlsplit
from uuid import NAMESPACE_OID, uuid5
from zlib import crc32

import hypothesis.strategies as st
import schemathesis
from schemathesis.core import NOT_SET

from contracts import schemathesis_checks
from harness.client.source_system import SourceSystem
from harness.conformance.people import customers, messages
from harness.conformance.preflight import preflight
from harness.conformance.samples import DOCUMENTED_MESSAGE
from harness.conformance.sessions import Sessions
from harness.errors import UsageError
from harness.profile import LOOPBACK, Profile, resolve

# Nothing listens on the discard port: a target on this machine that calls it is refused at once.
NOWHERE = "http://127.0.0.1:9/nobody"
DOCUMENTED_SESSION = schemathesis_checks.CONTRACT.operations["sendMessage"]["parameters"][0]["example"]
# So many messages go to one session. A new one is opened then, so that none has expired before its last message.
MESSAGES_PER_SESSION = 25
# One in so many generated session ids is sent as it is, odd as it may be, and one is made a plain one, for the 404s.
AS_IT_IS_ONE_IN = 6


class Target:
    """The API under test, as one run knows it."""

    def __init__(self, profile: Profile, api: SourceSystem) -> None:
        self.profile = profile
        self.webhook_url = _webhook_url(profile)
        # These are surely valid, whichever way they came about.
        schemathesis_checks.KNOWN.is_valid({"content": DOCUMENTED_MESSAGE})
        schemathesis_checks.KNOWN.is_valid({"url": self.webhook_url, "event": "message"})
        self._sessions = Sessions(api)
        self._session = ""
        self._uses = 0

    def session(self) -> str:
        """A session that takes messages."""
        if self._uses % MESSAGES_PER_SESSION == 0 or not schemathesis_checks.KNOWN.lives(self._session):
            self._session = self._sessions.open().id
            schemathesis_checks.KNOWN.given_out(self._session)
        self._uses += 1
        return self._session


_target: Target | None = None


def _webhook_url(profile: Profile) -> str:
    if profile.public_url is not None:
        return profile.public_url
    if urlsplit(profile.base_url).hostname in LOOPBACK:
        return NOWHERE
    raise UsageError(
        "set HARNESS_PUBLIC_URL to a URL of yours: the run registers webhooks, and none may lead elsewhere"
    )


@schemathesis.hook
def after_load_schema(context: schemathesis.HookContext, schema: Any) -> None:
    """Ends the run here, with one clear message, where it could say nothing: no target, no client id, a refused key."""
    global _target  # noqa: PLW0603 - hooks are functions, and share nothing else
    if not schema.config.base_url:
        return  # the command line says itself that --url is missing
    if not os.environ.get("HARNESS_CLIENT_ID"):
        raise UsageError("set HARNESS_CLIENT_ID to the client id that was issued with the key in HARNESS_API_KEY")
    profile = resolve({"base_url": schema.config.base_url}, os.environ, {})
    schemathesis_checks.KNOWN.begin(profile)
    api = SourceSystem(profile)
    _target = Target(profile, api)
    preflight(api)


@schemathesis.hook
def flatmap_case(context: schemathesis.HookContext, case: schemathesis.Case) -> Any:
    """Half of the valid bodies become surely valid ones, which the target has no reason to refuse."""
    people = _surely_valid(case.operation.definition.raw.get("operationId", ""))
    if people is None or case.meta is None or not case.meta.generation.mode.is_positive:
        return st.just(case)
    return st.just(case) | people.map(lambda body: _with_body(case, body))


def _surely_valid(operation: str) -> Any:
    if operation == "createSession" and _target is not None:
        who = {"clientId": st.just(_target.profile.client_id), "source": st.just("sms"), "customer": customers()}
        return st.fixed_dictionaries(who)
    return st.fixed_dictionaries({"content": messages()}) if operation == "sendMessage" else None


def _with_body(case: schemathesis.Case, body: dict[str, Any]) -> schemathesis.Case:
    case.body = body
    schemathesis_checks.KNOWN.is_valid(body)
    return case


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    """Puts in what only this run knows. What is wrong on purpose, such as a number for an id, stays wrong."""
    if _target is None or case.method != "POST":
        return
    session = (case.path_parameters or {}).get("sessionId")
    if session is not None and session not in schemathesis_checks.KNOWN.sessions:
        case.path_parameters = {**case.path_parameters, "sessionId": _session_for(case, _target)}
    if isinstance(case.body, dict):
        for name, ours in (("clientId", _target.profile.client_id), ("url", _target.webhook_url)):
            if isinstance(case.body.get(name), str) and case.body[name]:
                case.body = {**case.body, name: ours}


def _session_for(case: schemathesis.Case, target: Target) -> str:
    """Chosen by what was generated, so that a request stays the same when it is sent again."""
    generated = str(case.path_parameters["sessionId"])
    if generated == DOCUMENTED_SESSION and case.body == {"content": DOCUMENTED_MESSAGE}:
        return generated  # the document's own request: its session was never given out here
    body = "" if case.body is NOT_SET else repr(case.body)
    octets = f"{generated} {body}".encode("utf-8", "replace")
    match crc32(octets) % AS_IT_IS_ONE_IN:
        case 0:
            return generated
        case 1:
            return uuid5(NAMESPACE_OID, octets.hex()).hex  # plain, and never given out
        case _:
            return target.session()


@schemathesis.hook
def after_call(context: schemathesis.HookContext, case: schemathesis.Case, response: schemathesis.Response) -> None:
    """Remembers each session that was given out, so that those which schemathesis takes from an answer are left in."""
    created = schemathesis_checks.answer_of(response)
    session = created.member("sessionId")
    if created.request.operation == "createSession" and created.accepted and isinstance(session, str):
        schemathesis_checks.KNOWN.given_out(session)
