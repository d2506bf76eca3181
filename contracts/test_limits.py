"""Rate Limits: only a target that limits can be held to how it does it, so each check here needs a 429 to be seen."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from harness.client.exchange import Answer
from harness.client.retry_after import seconds
from harness.conformance.fixtures import WORLD
from harness.conformance.outcome import NotExercised
from harness.conformance.samples import customer
from harness.conformance.sessions import together

# A target that limited us before is asked to do so again, with at most this many requests.
BURST = 120
# In so many sessions at once, so that in some of them nothing else was accepted.
SESSIONS = 40
# A longer promise is not waited for: seconds.
LONGEST_PROMISE_S = 30.0
# What a clock that counts whole seconds may be off: seconds.
SLACK_S = 0.25

pytestmark = pytest.mark.stage("late")


@dataclass(frozen=True)
class Burst:
    """Messages sent faster than the target takes them: `limited` are sessions in which nothing was accepted."""

    answers: list[Answer]
    limited: list[str]
    elsewhere: Answer | None


@pytest.fixture(scope="module")
def burst(pytestconfig):
    world = pytestconfig.stash[WORLD]
    if not world.ledger.limited:
        raise NotExercised("the target limited nothing that this run sent")
    opened = world.sessions.several(SESSIONS)
    answers, elsewhere = [], None
    while len(answers) < BURST and not any(answer.status == 429 for answer in answers):
        hurried = together(lambda session: world.api.send_message(session.id, "Quick!", hurried=True), opened)
        answers += hurried
    if world.profile.has_other_tenant:
        elsewhere = world.other.create_session(customer(9), hurried=True)
    if not any(answer.status == 429 for answer in answers):
        raise NotExercised(f"a burst of {len(answers)} requests was not limited")
    talks = [world.ledger.talks[session.id] for session in opened]
    return Burst(answers, [talk.session for talk in talks if talk.limited and talk.silent], elsewhere)


@pytest.mark.requirement("RATE-1")
def test_a_limited_request_gets_a_429(check, burst):
    for answer in burst.answers:
        check.status(answer, 200, 429)


@pytest.mark.requirement("RATE-1")
@pytest.mark.stage("last")
@pytest.mark.oracle
def test_every_429_has_the_usual_form(check, traffic, ledger):
    if not ledger.limited:
        raise NotExercised("the target limited nothing that this run sent")
    check.clean(traffic.judged("RATE-1"), "a JSON object with the status, as in other errors")


@pytest.mark.requirement("RATE-2")
@pytest.mark.stage("last")
@pytest.mark.oracle
def test_every_429_says_when_to_come_back(check, traffic, ledger):
    if not ledger.limited:
        raise NotExercised("the target limited nothing that this run sent")
    check.clean(traffic.judged("RATE-2"), "Retry-After, as RFC 9110 has it")


@pytest.mark.requirement("RATE-2")
def test_who_comes_back_when_told_is_let_in(check, api, burst):
    for answer in (api.create_session(customer(10), hurried=True) for _ in range(BURST)):
        if answer.status == 429:
            break
    else:
        raise NotExercised(f"{BURST} requests in a row were not limited")
    promise = seconds(answer.header("retry-after"), datetime.now(UTC))
    if promise is None or promise > LONGEST_PROMISE_S:
        raise NotExercised(f"no promise that could be waited for: Retry-After {answer.header('retry-after')!r}")
    time.sleep(promise + SLACK_S)
    again = api.create_session(customer(10), hurried=True)
    check.holds(again.status != 429, f"after the {promise:g} s of Retry-After, no 429", again)


@pytest.mark.requirement("RATE-3")
def test_a_limited_message_is_not_processed(check, burst, replies):
    if not burst.limited:
        raise NotExercised("in each session something was accepted, so that a reply proves nothing")
    replies.quiet()
    for session in burst.limited:
        check.that(not replies.of(session), "no reply to a limited message", seen=f"one came for session {session}")


@pytest.mark.requirement("RATE-4")
def test_one_tenants_traffic_does_not_limit_another(check, burst):
    if burst.elsewhere is None:
        raise NotExercised("no second tenant was given: set HARNESS_OTHER_API_KEY and HARNESS_OTHER_CLIENT_ID")
    check.holds(burst.elsewhere.status != 429, "no 429 for another tenant", burst.elsewhere)
