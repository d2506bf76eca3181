"""createSession: what it takes, what it gives, and whose a session is."""

import concurrent.futures
import re

import pytest

from tests.sandbox.process import CLIENT_ID, OTHER_CLIENT_ID, OTHER_KEY, QUICK, session_body


def test_the_documented_example_gets_the_documented_answer(sandbox):
    response = sandbox.post("/v1/sessions", session_body())

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert set(response.json()) == {"status", "sessionId", "userId"}
    assert response.json()["status"] == 200


def test_ids_are_32_hex_digits_and_no_two_are_alike(sandbox):
    ids = [identifier for _ in range(50) for identifier in sandbox.create_session()]

    assert all(re.fullmatch(r"[0-9a-f]{32}", identifier) for identifier in ids)
    assert len(set(ids)) == 100


def test_sessions_created_at_once_are_all_different(sandbox):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda _: sandbox.create_session()[0], range(80)))

    assert len(set(ids)) == 80


def test_a_seed_repeats_the_ids(start_sandbox):
    first, second, other = (start_sandbox("--seed", seed).create_session() for seed in ("7", "7", "8"))

    assert first == second
    assert first != other


def test_without_a_seed_no_two_sandboxes_give_the_same_ids(start_sandbox):
    assert start_sandbox().create_session() != start_sandbox().create_session()


@pytest.mark.parametrize("missing", ["clientId", "source", "customer"])
def test_a_required_field_that_is_missing_is_a_400_that_names_it(sandbox, missing):
    body = session_body()
    del body[missing]
    response = sandbox.post("/v1/sessions", body)

    assert (response.status_code, response.json()["status"]) == (400, 400)
    assert missing in response.json()["message"]


@pytest.mark.parametrize("field", ["clientId", "source"])
@pytest.mark.parametrize("value", [None, 1, True, "", " ", [], {}])
def test_a_required_string_of_another_type_or_blank_is_a_400(sandbox, field, value):
    assert sandbox.post("/v1/sessions", {**session_body(), field: value}).status_code == 400


@pytest.mark.parametrize("value", [None, 1, "Darren", [], True])
def test_a_customer_that_is_no_object_is_a_400(sandbox, value):
    assert sandbox.post("/v1/sessions", {**session_body(), "customer": value}).status_code == 400


@pytest.mark.parametrize("field", ["firstName", "lastName", "phoneNumber", "emailAddress", "unitNumber", "address"])
def test_a_customer_field_may_be_null_or_absent_but_not_of_another_type(sandbox, field):
    body = session_body(**{field: None})
    absent = session_body()
    del absent["customer"][field]
    wrong = session_body(**{field: 12})

    assert [sandbox.post("/v1/sessions", each).status_code for each in (body, absent, wrong)] == [200, 200, 400]


@pytest.mark.parametrize(
    "name", ["O'Brien", "Zoë", "李小龍", "محمد", "🙂", 'Robert"); DROP TABLE x;--', "<b>x</b>", "a\x00b", "a\ud800b"]
)
def test_any_name_a_customer_has_is_accepted(sandbox, name):
    sandbox.create_session(firstName=name, lastName=name, address=name)


def test_unknown_fields_are_ignored(sandbox):
    body = {**session_body(colour="blue"), "version": 3, "extra": {"deep": [1]}}

    assert sandbox.post("/v1/sessions", body).status_code == 200


def test_another_tenants_client_id_is_a_401_client_mismatch(sandbox):
    response = sandbox.post("/v1/sessions", session_body(OTHER_CLIENT_ID))

    assert response.status_code == 401
    assert response.json()["errorCode"] == "client_mismatch"
    assert sandbox.state()["sessions"] == 0


def test_a_session_is_of_no_use_to_another_tenant(sandbox):
    session_id, _ = sandbox.create_session()
    response = sandbox.send(session_id, key=OTHER_KEY)

    assert (response.status_code, response.json()) == (404, {"status": 404, "errorCode": "session_not_found"})
    assert sandbox.send(session_id).status_code == 200


def test_a_session_expires_after_its_time_to_live(start_sandbox):
    sandbox = start_sandbox(*QUICK, "--session-ttl", "60")
    session_id, _ = sandbox.create_session()
    sandbox.advance(61)
    response = sandbox.send(session_id)

    assert (response.status_code, response.json()) == (404, {"status": 404, "errorCode": "session_not_found"})
    assert sandbox.state()["sessions"] == 0


def test_each_accepted_message_renews_the_time_to_live(start_sandbox):
    sandbox = start_sandbox(*QUICK, "--session-ttl", "60")
    session_id, _ = sandbox.create_session()
    for _ in range(4):
        sandbox.advance(40)
        assert sandbox.send(session_id).status_code == 200


def test_a_refused_message_does_not_renew_the_time_to_live(start_sandbox):
    sandbox = start_sandbox(*QUICK, "--session-ttl", "60")
    session_id, _ = sandbox.create_session()
    sandbox.advance(40)
    assert sandbox.send(session_id, "").status_code == 400
    sandbox.advance(40)

    assert sandbox.send(session_id).status_code == 404


def test_the_default_tenants_may_both_hold_sessions(sandbox):
    sandbox.create_session(client_id=CLIENT_ID)
    sandbox.create_session(OTHER_KEY, OTHER_CLIENT_ID)

    assert sandbox.state()["sessions"] == 2
