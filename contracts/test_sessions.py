"""Create Customer Session."""

import pytest

from harness.client.source_system import encode
from harness.conformance.exploration import explore
from harness.conformance.people import customers
from harness.conformance.samples import (
    DOCUMENTED_CUSTOMER,
    NO_OBJECTS,
    NO_STRINGS,
    customer,
    real_people,
)
from harness.conformance.sessions import together
from harness.conformance.walk import walk

SESSIONS = "/v1/sessions"


def a_session(api):
    return {"clientId": api.client_id, "source": "sms", "customer": customer(2)}


@pytest.mark.requirement("SES-1")
def test_the_documented_session_is_created(check, api):
    check.as_documented(api.create_session(DOCUMENTED_CUSTOMER), 200)
    check.as_documented(api.create_session(customer(3)), 200)


@pytest.mark.requirement("SES-2")
def test_the_same_customer_gets_a_new_session_each_time(check, sessions):
    ids = [sessions.open(DOCUMENTED_CUSTOMER).id for _ in range(6)]
    check.that(len(set(ids)) == len(ids), "each creation makes a new session", count=len(ids), seen=f"ids {ids}")


@pytest.mark.requirement("SES-2")
def test_sessions_created_at_once_are_different(check, sessions, effort):
    ids = [session.id for session in sessions.several(2 * effort.talkers)]
    check.that(len(set(ids)) == len(ids), "each creation makes a new session", count=len(ids), seen=f"ids {ids}")


@pytest.mark.requirement("SES-2")
@pytest.mark.stage("last")
@pytest.mark.oracle
def test_no_session_was_ever_given_out_twice(check, ledger):
    repeated = ledger.repeated
    first = repeated[0] if repeated else None
    check.that(not repeated, "a sessionId was never given out before", count=len(ledger.all()), after=first)


@pytest.mark.requirement("SES-3")
def test_a_session_takes_many_messages(check, api, sessions):
    session = sessions.open()
    for number in range(12):
        check.accepted(api.send_message(session.id, f"message {number}"))
    for answer in together(lambda number: api.send_message(session.id, f"at once {number}"), range(6)):
        check.accepted(answer)


@pytest.mark.requirement("SES-3")
def test_a_walk_through_the_api_meets_no_refusal(check, api, webhook, effort, seeded):
    walk(check, api, webhook, walks=effort.walks, seeded=seeded)


@pytest.mark.requirement("SES-4")
def test_an_incomplete_session_is_refused(check, api):
    whole = a_session(api)
    for name in whole:
        check.status(api.post(SESSIONS, {key: value for key, value in whole.items() if key != name}), 400)
    check.status(api.post(SESSIONS, {}), 400)


@pytest.mark.requirement("SES-4")
def test_a_session_that_is_no_object_is_refused(check, api):
    for body in NO_OBJECTS.values():
        check.status(api.request("POST", SESSIONS, content=body), 400)


@pytest.mark.requirement("SES-4")
def test_a_generated_broken_session_is_refused(check, api, generator, effort, seeded):
    def judge(body):
        check.status(api.request("POST", SESSIONS, content=body), 400)

    explore(generator.broken("createSession"), judge, examples=effort.examples, seeded=seeded)


@pytest.mark.requirement("SES-5")
def test_real_people_are_accepted(check, api):
    for who in real_people():
        check.accepted(api.create_session(who))


@pytest.mark.requirement("SES-5")
def test_generated_people_are_accepted(check, api, effort, seeded):
    def judge(who):
        check.accepted(api.create_session(who))

    explore(customers(), judge, examples=effort.examples, seeded=seeded)


@pytest.mark.requirement("SES-6")
def test_customers_who_share_nothing_share_no_user(check, sessions):
    users = [sessions.open(who).user for who in real_people()[:8]]
    known = [user for user in users if user is not None]
    check.that(len(set(known)) == len(known), "each has a userId of their own", count=len(known), seen=f"{known}")


@pytest.mark.requirement("SES-7")
def test_a_session_with_a_wrong_type_is_refused(check, api):
    for value in NO_STRINGS:
        check.status(api.post(SESSIONS, {**a_session(api), "source": value}), 400)
        # Whose clientId it is may be asked before what it is.
        check.status(api.post(SESSIONS, {**a_session(api), "clientId": value}), 400, 401)
        for name in DOCUMENTED_CUSTOMER:
            check.status(api.create_session({**customer(4), name: value}), 400)
    for value in ("Darren Smith", 5, True, ["Darren"]):
        check.status(api.create_session(value), 400)


@pytest.mark.requirement("ERR-1")
def test_a_generated_session_breaks_nothing(check, api, generator, effort, seeded):
    def judge(body):
        answer = api.request("POST", SESSIONS, content=body)
        check.holds(answer.status is not None and answer.status < 500, "anything but a 5xx or silence", answer)

    strategy = generator.valid("createSession") | generator.invalid("createSession")
    explore(strategy, judge, examples=effort.examples, seeded=seeded)


@pytest.mark.requirement("ERR-1")
def test_a_session_with_odd_data_breaks_nothing(check, api, odd_bodies, odd_texts):
    for body in odd_bodies(a_session(api)):
        answer = api.request("POST", SESSIONS, content=body)
        check.holds(answer.status is not None and answer.status < 500, "anything but a 5xx or silence", answer)
    for text in odd_texts:
        for body in (
            {**a_session(api), "source": text},
            {**a_session(api), "customer": {**customer(5), "firstName": text}},
        ):
            answer = api.request("POST", SESSIONS, content=encode(body))
            check.holds(answer.status is not None and answer.status < 500, "anything but a 5xx or silence", answer)
