"""Rate Limits: only a target that limits can be held to how it does it, so each check here needs a 429 to be seen.

Once it has said so, nothing is sent faster than it allows: what is judged is what was limited before that.
"""

import pytest

from harness.conformance.outcome import NotExercised
from harness.conformance.promises import returns
from harness.conformance.samples import customer

UNLIMITED = "the target limited nothing that this run sent"
# How many of the surge's odd answers are asked for again.
AGAIN = 3


@pytest.mark.requirement("RATE-1")
@pytest.mark.stage("first")
def test_a_limited_request_gets_a_429(check, api, surge):
    odd = [answer for answer in surge.answers if answer.status not in (200, 429)]
    for answer in odd[:AGAIN]:
        again = api.resend(answer.request)
        check.holds(not again.accepted, "what is too much at once, and fine by itself, gets a 429", answer)
    if not surge.limited:
        raise NotExercised(UNLIMITED)
    for answer in surge.answers:
        check.status(answer, 200, 429)


@pytest.mark.requirement("RATE-1")
@pytest.mark.stage("last")
@pytest.mark.oracle
def test_nothing_is_limited_by_another_status(check, surge, traffic, ledger):
    check.clean(traffic.judged("RATE-1 by another name"), "a limited request gets 429")
    if not ledger.limited:
        raise NotExercised(UNLIMITED)


@pytest.mark.requirement("RATE-1")
@pytest.mark.stage("last")
@pytest.mark.oracle
def test_every_429_has_the_usual_form(check, surge, traffic, ledger):
    if not ledger.limited:
        raise NotExercised(UNLIMITED)
    check.clean(traffic.judged("RATE-1"), "a JSON object with the status, as in other errors")


@pytest.mark.requirement("RATE-2")
@pytest.mark.stage("last")
@pytest.mark.oracle
def test_every_429_says_when_to_come_back(check, surge, traffic, ledger):
    if not ledger.limited:
        raise NotExercised(UNLIMITED)
    check.clean(traffic.judged("RATE-2"), "Retry-After, as RFC 9110 has it")


@pytest.mark.requirement("RATE-2")
@pytest.mark.stage("last")
@pytest.mark.oracle
def test_who_comes_back_when_told_is_let_in(check, api, surge, ledger):
    if not ledger.limited:
        raise NotExercised(UNLIMITED)
    found = returns(ledger.visits)
    if not found.kept and not found.broken:
        api.create_session(customer(10))  # the client comes back by itself, when it is told to
        found = returns(ledger.visits)
    if not found.kept and not found.broken:
        raise NotExercised("nobody who was limited waited for as long as told, and then came back")
    seen = ", ".join(f"told {told:g} s, limited again after {after:g} s" for told, after in found.broken[:3])
    check.that(not found.broken, "who comes back when told is let in", count=found.kept + len(found.broken), seen=seen)


@pytest.mark.requirement("RATE-3")
@pytest.mark.stage("last")
def test_a_limited_message_is_not_processed(check, surge, replies):
    if not surge.turned_away:
        raise NotExercised(UNLIMITED if not surge.limited else "no message was limited before the limit was known")
    for session in surge.turned_away:
        check.that(not replies.of(session), "no reply to a limited message", seen=f"one came for session {session}")


@pytest.mark.requirement("RATE-4")
@pytest.mark.stage("last")
def test_one_tenants_traffic_does_not_limit_another(check, surge, profile):
    if not profile.has_other_tenant:
        raise NotExercised("no second tenant was given: set HARNESS_OTHER_API_KEY and HARNESS_OTHER_CLIENT_ID")
    if surge.elsewhere is None:
        raise NotExercised(UNLIMITED)
    check.holds(surge.elsewhere.status != 429, "no 429 for another tenant", surge.elsewhere)
