"""What holds for every exchange, whichever check caused it: decided once, over all of them."""

import pytest

pytestmark = [pytest.mark.stage("last"), pytest.mark.oracle]


def decide(check, traffic, api, name, expected):
    reproduced = traffic.replayed(name, api)
    check.clean(traffic.judged(name), expected, reproduced=reproduced)


@pytest.mark.requirement("ERR-1")
def test_nothing_ever_broke_the_target(check, traffic, api):
    decide(check, traffic, api, "ERR-1", "no 5xx, no broken connection, no silence")


@pytest.mark.requirement("ERR-2")
def test_every_body_tells_its_status(check, traffic, api):
    decide(check, traffic, api, "ERR-2", "the body's status is the HTTP status")


@pytest.mark.requirement("ERR-3")
def test_every_success_is_a_json_object(check, traffic, api):
    decide(check, traffic, api, "ERR-3", "the body is a whole JSON object")


@pytest.mark.requirement("ERR-4")
def test_every_body_is_json_and_says_so(check, traffic, api):
    decide(check, traffic, api, "ERR-4", "application/json, or a +json type")


@pytest.mark.requirement("SEC-4")
def test_no_answer_leaks(check, traffic, api):
    decide(check, traffic, api, "SEC-4", "no stack trace, no path, no key; what is echoed is no markup")


@pytest.mark.requirement("SEC-7")
def test_no_answer_has_credentialed_wildcard_cors(check, traffic, api):
    decide(check, traffic, api, "SEC-7", "no Access-Control-Allow-Credentials for any origin")


@pytest.mark.requirement("HTTP-2")
def test_every_answer_is_framed_well(check, traffic, api):
    decide(check, traffic, api, "HTTP-2", "lengths and framing as RFC 9112 has them")
