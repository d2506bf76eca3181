"""Create Customer Session."""

import pytest

from harness.client.source_system import encode, messages_path
from harness.conformance.exploration import explore
from harness.conformance.oddities import NO_OBJECT_VALUES, NO_OBJECTS, NO_STRINGS
from harness.conformance.people import customers
from harness.conformance.samples import DOCUMENTED_CUSTOMER, alike_by_chance, customer, real_people, strangers
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
def test_customers_who_share_something_get_sessions_of_their_own(check, sessions):
    """A household: one telephone, one mailbox, one flat, one name."""
    whole, another = customer(5), customer(77)
    alike = [{**another, name: whole[name]} for name in whole] + [{**whole, name: another[name]} for name in whole]
    ids = [session.id for session in (sessions.open(who) for who in (whole, *alike))]
    check.that(len(set(ids)) == len(ids), "each creation makes a new session", count=len(ids), seen=f"ids {ids}")


@pytest.mark.requirement("SES-2")
def test_two_tenants_get_sessions_of_their_own(check, api, other, effort):
    def open_one(number):
        answer = (api if number % 2 else other).create_session(customer(number // 2))
        return check.accepted(answer).member("sessionId")

    ids = together(open_one, range(2 * effort.talkers))
    check.that(len(set(ids)) == len(ids), "no id is given out to two tenants", count=len(ids), seen=f"ids {ids}")


@pytest.mark.requirement("SES-2")
@pytest.mark.stage("last")
@pytest.mark.oracle
def test_no_session_was_ever_given_out_twice(check, ledger):
    repeated = ledger.repeated
    first = repeated[0] if repeated else None
    check.that(not repeated, "a sessionId was never given out before", count=len(ledger.all()), after=first)


@pytest.mark.requirement("SES-3")
def test_a_session_takes_many_messages(check, api, sessions, effort):
    session = sessions.open()
    for number in range(effort.turns):
        check.accepted(api.send_message(session.id, f"message {number}"))
    for answer in together(lambda number: api.send_message(session.id, f"at once {number}"), range(6)):
        check.accepted(answer)


@pytest.mark.requirement("SES-3")
def test_a_session_outlives_what_goes_wrong_in_it(check, api, sessions):
    session = sessions.open()
    path = messages_path(session.id)
    for wrong in (
        lambda: api.post(path, {}),
        lambda: api.request("POST", path, content=b"{"),
        lambda: api.post(path, {"content": 5}),
        lambda: api.send_message(session.id, "Hello", key=None),
        lambda: api.send_message(session.id, "Hello", key="Bearer never-issued"),
        lambda: api.request("GET", path),
    ):
        wrong()
        check.accepted(api.send_message(session.id, "And now rightly"), "what went wrong before changes nothing")


@pytest.mark.requirement("SES-3")
def test_a_session_outlives_others(check, api, sessions, webhook):
    who = customer(61)
    first = sessions.open(who)
    check.accepted(api.send_message(first.id, "The first one"))
    second = sessions.open(who)
    later = sessions.several(24)
    webhook.register()
    for session in (first, second, *later):
        check.accepted(api.send_message(session.id, "Still there?"), "other sessions change nothing")


@pytest.mark.requirement("SES-3")
def test_a_walk_through_the_api_meets_no_refusal(check, world, effort, seeded):
    walk(check, world, walks=effort.walks, seeded=seeded)


@pytest.mark.requirement("SES-4")
def test_an_incomplete_session_is_refused(check, api):
    whole = a_session(api)
    for name in whole:
        check.status(api.post(SESSIONS, {key: value for key, value in whole.items() if key != name}), 400)
        check.status(api.post(SESSIONS, {name: whole[name]}), 400)
    check.status(api.post(SESSIONS, {}), 400)
    check.status(api.post(SESSIONS, {"clientId": api.client_id, "source": "sms", **customer(2)}), 400)


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
def test_customers_who_share_nothing_share_no_user(check, sessions, effort):
    one, *others = strangers(effort.talkers + 8)
    opened = together(sessions.open, [one, *alike_by_chance(one, others), *others])
    known = [session.user for session in opened if session.user is not None]
    check.that(len(set(known)) == len(known), "each has a userId of their own", count=len(known), seen=f"{known}")


@pytest.mark.requirement("SES-8")
def test_a_user_is_not_the_session(check, sessions):
    opened = [session for session in sessions.several(4) if session.user is not None]
    same = [session for session in opened if session.user == session.id]
    after = same[0].answer if same else None
    check.that(not same, "a userId that is not the sessionId again", count=len(opened), after=after)


@pytest.mark.requirement("SES-7")
def test_a_session_with_a_wrong_type_is_refused(check, api):
    for value in (*NO_STRINGS, None):
        check.status(api.post(SESSIONS, {**a_session(api), "source": value}), 400)
        # Whose clientId it is may be asked before what it is.
        check.status(api.post(SESSIONS, {**a_session(api), "clientId": value}), 400, 401)
    for value in NO_STRINGS:
        for name in DOCUMENTED_CUSTOMER:
            check.status(api.create_session({**customer(4), name: value}), 400)
    for value in (*NO_OBJECT_VALUES, None):
        check.status(api.create_session(value), 400)


@pytest.mark.requirement("ERR-1")
def test_a_generated_session_breaks_nothing(check, api, generator, effort, seeded):
    def judge(body):
        check.unbroken(api.request("POST", SESSIONS, content=body))

    strategy = generator.valid("createSession") | generator.invalid("createSession")
    explore(strategy, judge, examples=effort.examples, seeded=seeded)


@pytest.mark.requirement("ERR-1")
def test_a_session_with_odd_data_breaks_nothing(check, api, odd_bodies, odd_texts):
    for body in odd_bodies(a_session(api)):
        check.unbroken(api.request("POST", SESSIONS, content=body))
    odd_ones = [{**a_session(api), "source": text} for text in odd_texts]
    odd_ones += [
        {**a_session(api), "customer": {**customer(5), name: text}}
        for text in odd_texts
        for name in DOCUMENTED_CUSTOMER
    ]
    for answer in together(lambda body: api.request("POST", SESSIONS, content=encode(body)), odd_ones):
        check.unbroken(answer)
