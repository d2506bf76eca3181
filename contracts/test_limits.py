"""Rate Limits: only a target that limits can be held to how it does it, so each check here needs a 429 to be seen.

Once it has said so, nothing is sent faster than it allows: what is judged is what was limited before that.
"""

import statistics
import time
from itertools import pairwise

import pytest

from harness.client.source_system import messages_path
from harness.conformance.outcome import NotExercised
from harness.conformance.samples import customer
from harness.conformance.sightings import listed
from harness.dialects import TOO_MANY, claim_of

UNLIMITED = "the target limited nothing that this run sent"
# How many of the surge's odd answers are asked for again.
AGAIN = 3
# Until then whoever was limited by the surge is mostly let in again: seconds.
RECOVERY_S = 1.0


@pytest.mark.requirement("RATE-1")
@pytest.mark.stage("first")
def test_a_limited_request_gets_a_429(check, api, surge, replies):
    odd = [answer for answer in surge.answers if answer.status not in (200, 429)]
    for answer in odd[:AGAIN]:
        replies.rest(RECOVERY_S)
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
    found = ledger.honesty()
    if not found.kept and not found.early:
        api.create_session(customer(10))  # the client comes back by itself, when it is told to
        found = ledger.honesty()
    if not found.kept and not found.early:
        raise NotExercised("nobody who was limited waited for as long as told, and then came back")
    seen = f"{found.early} of {found.tested} who waited, limited again up to {found.worst_early_s:.1f} s after that"
    check.that(not found.early, "who comes back when told is let in", count=found.kept + found.early, seen=seen)


@pytest.mark.requirement("RATE-3")
@pytest.mark.stage("last")
def test_a_limited_message_is_not_processed(check, surge, replies):
    if not surge.turned_away:
        raise NotExercised(UNLIMITED if not surge.limited else "no message was limited before the limit was known")
    # In a whole run that time is over long since.
    left_s = replies.timeout_s - (time.monotonic_ns() - surge.over_at) / 1e9
    replies.until(lambda: any(replies.of(session) for session in surge.turned_away), left_s)
    for session in surge.turned_away:
        check.that(not replies.of(session), "no reply to a limited message", seen=f"one came for session {session}")


@pytest.mark.requirement("RATE-4")
@pytest.mark.stage("last")
def test_one_tenants_traffic_does_not_limit_another(check, surge, other):
    if not surge.elsewhere:
        raise NotExercised(UNLIMITED)
    for answer in surge.elsewhere:
        check.holds(answer.status != TOO_MANY, "no 429 for another tenant", answer)
    if surge.afterwards is None or surge.afterwards.status != TOO_MANY:
        raise NotExercised("the limit was over too soon to tell: the tenant itself was let in again")


@pytest.mark.requirement("OBS-LIMITER-COUNTS")
@pytest.mark.stage("late")
def test_what_counts_against_the_limit(check, api, sessions, ledger):
    session = sessions.open()
    ledger.excuse(session.id, "so many messages at once that some may be limited")

    def success():
        return api.send_message(session.id, "Does this count?")

    requests = {
        "400": lambda: api.post(messages_path(session.id), {}),
        "401": lambda: api.send_message(session.id, "Does this count?", key="Bearer not-a-key"),
        "404": lambda: api.send_message("never-given-out", "Does this count?"),
    }
    costs = {"200": cost(success, None)}
    if costs["200"] is None:
        raise NotExercised("no answer tells what is left of a limit, or it fills up again too fast to tell")
    costs |= {name: cost(success, request) for name, request in requests.items()}
    counted = {name: None if spent is None else spent > 0 for name, spent in costs.items()}
    words = {True: "counts", False: "does not count", None: "cannot be told"}
    seen = {f"a {name}": words[counts] for name, counts in counted.items()}
    check.observe(listed(seen), count=len(seen), evidence={"spent_by_one": costs})


def cost(success, between):
    """What one request of a kind spends, from what is left before and after it; of a success without `between`.

    The middle one of several: what fills up again meanwhile makes single ones too small. None where it cannot be told.
    """
    left = [remaining(success())]
    for _ in range(4):
        if between is not None:
            between()
        left.append(remaining(success()))
    if None in left:
        return None
    spent = [former - later for former, later in pairwise(left) if later < former]
    if len(spent) < 3:
        return None
    return round(statistics.median(spent)) - (between is not None)


def remaining(answer):
    """What is left of the limit, as the answer tells it; None where it does not."""
    return claim_of(answer.headers, now_s=0.0).remaining


@pytest.mark.requirement("OBS-LIMITER-HEADERS")
@pytest.mark.stage("late")
def test_the_headers_of_a_limiter(check, api):
    answer = api.create_session(customer(27))
    shown = {name: value for name, value in answer.headers if "ratelimit" in name.lower().replace("-", "")}
    if shown:
        check.observe(", ".join(shown), evidence={"headers": shown})
    else:
        check.absent("none", evidence={"headers": shown})
