"""Examines a target, one prerequisite after the other, and stops where nothing further could be told."""

import time
from collections.abc import Callable, Iterator

from harness.client import advice
from harness.client.exchange import Answer
from harness.client.source_system import SourceSystem
from harness.doctor import connection
from harness.doctor.finding import Finding, failed, ok
from harness.profile import LOOPBACK, Profile
from harness.sink.inbox import Inbox

# Whom the doctor pretends to be: someone who is clearly nobody.
CUSTOMER = {
    "firstName": "Harness",
    "lastName": "Doctor",
    "phoneNumber": "+12025550123",
    "emailAddress": "harness.doctor@example.org",
    "unitNumber": "1-A",
    "address": "1 Example St, MA 01045, USA",
}


def examine(profile: Profile, api: SourceSystem, inbox: Inbox, sink_url: str) -> Iterator[Finding]:
    """A finding for each prerequisite, in order, each as soon as it is known. After a vital one that failed, the rest
    are not tried: they could only repeat it."""
    created: list[Answer] = []

    def key() -> Finding:
        created.append(api.create_session(CUSTOMER))
        return _key(created[0])

    steps: dict[str, Callable[[], Finding]] = {
        "address": lambda: connection.address(profile.base_url),
        "connection": lambda: connection.connection(profile.base_url),
        "key": key,
        "webhook": lambda: _webhook(api.register_webhook(sink_url), sink_url),
        "reply": lambda: _reply(profile, api, inbox, str(created[0].member("sessionId")), sink_url),
    }
    stopped_by: str | None = None
    for prerequisite, step in steps.items():
        if stopped_by is not None:
            yield Finding(prerequisite, "not tried", f"waits for the {stopped_by}")
            continue
        finding = step()
        yield finding
        if finding.state == "failed" and finding.vital:
            stopped_by = prerequisite


def _key(answer: Answer) -> Finding:
    prerequisite = "key"
    if answer.status is None:
        mend = "is this the Messaging API, and is its base URL whole? a proxy in between?"
        return failed(prerequisite, f"no HTTP answer: {answer.failure}", mend)
    if answer.status in advice.REFUSED:
        return failed(prerequisite, f"the target refuses it (HTTP {answer.status})", advice.KEY)
    if advice.session_of(answer) is None:
        return failed(prerequisite, f"a session could not be created: {_one_line(answer)}", advice.SESSION)
    return ok(prerequisite, "accepted: a session was created")


def _webhook(answer: Answer, sink_url: str) -> Finding:
    host = sink_url.partition("://")[2].partition("/")[0]
    if answer.accepted:
        return ok("webhook", f"the sink at {host} is registered")
    mend = "the target must take our URL; where it demands a public or an https one, give --public-url"
    return failed("webhook", f"registration was refused: {_one_line(answer)}", mend)


def _reply(profile: Profile, api: SourceSystem, inbox: Inbox, session: str, sink_url: str) -> Finding:
    sent = time.monotonic_ns()
    answer = api.send_message(session, "Hello! Is anybody there?")
    if not answer.accepted:
        mend = "sendMessage must answer 200 to a new session"
        return failed("reply", f"a message was refused: {_one_line(answer)}", mend, vital=False)
    arrivals = inbox.wait(session, timeout=profile.reply_timeout)
    if arrivals:
        return ok("reply", f"reached the sink {(arrivals[0].at - sent) / 1e6:.0f} ms after the message")
    return failed("reply", f"none within {profile.reply_timeout:g} s", _unreached(profile, sink_url), vital=False)


def _unreached(profile: Profile, sink_url: str) -> str:
    target_is_near = any(f"//{host}" in profile.base_url.replace("[", "").replace("]", "") for host in LOOPBACK)
    sink_is_near = any(host in sink_url for host in LOOPBACK)
    if sink_is_near and not target_is_near:
        return (
            "the target cannot reach this machine's loopback: open a tunnel or a port to the sink "
            "(--sink-listen 0.0.0.0:9000) and give its outside address as --public-url"
        )
    return "can the target reach the sink's URL? raise --reply-timeout where replies are slow"


def _one_line(answer: Answer) -> str:
    return " ".join(answer.shown().split())[:200]
