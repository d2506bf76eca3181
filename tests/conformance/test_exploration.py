"""Generated data: the same for the same seed, shrunk where it fails, and never wasted on the wrong thing."""

import json

import hypothesis.strategies as st
import pytest

from harness.assets import asset
from harness.conformance.exploration import explore
from harness.conformance.generation import Generator, lacks
from harness.conformance.outcome import NotExercised, Unmet
from harness.conformance.people import customers, messages
from harness.conformance.samples import DOCUMENTED_CUSTOMER, LONGEST_MESSAGE
from harness.contract import Contract

OPERATIONS = ("createSession", "sendMessage", "registerWebhook")
NEEDED = {
    "createSession": ["clientId", "source", "customer"],
    "sendMessage": ["content"],
    "registerWebhook": ["url", "event"],
}


@pytest.fixture(scope="module")
def contract():
    return Contract(asset("openapi.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def generator(contract):
    return Generator(contract)


def drawn(strategy, seeded=1, examples=25):
    gathered = []
    explore(strategy, gathered.append, examples=examples, seeded=seeded)
    return gathered


def test_the_same_seed_draws_the_same():
    assert drawn(messages(), seeded=5) == drawn(messages(), seeded=5)
    assert drawn(messages(), seeded=5) != drawn(messages(), seeded=6)


def test_the_smallest_failure_is_the_evidence():
    def judge(text):
        if "'" in text:
            raise Unmet("no apostrophe", {"text": text})

    with pytest.raises(Unmet) as caught:
        explore(st.text("ab'", max_size=50), judge, examples=100, seeded=1)

    assert caught.value.evidence["text"] == "'"


def test_a_failure_that_does_not_come_again_is_still_told():
    seen = []

    def judge(number):
        seen.append(number)
        if len(seen) == 3:
            raise Unmet("nothing odd the third time", {"number": number})

    with pytest.raises(Unmet, match="the third time"):
        explore(st.integers(), judge, examples=20, seeded=1)


def test_nothing_to_draw_is_not_exercised():
    with pytest.raises(NotExercised):
        explore(st.integers().filter(lambda _: False), lambda _: None, examples=5, seeded=1)


def test_customers_are_surely_valid(contract):
    for who in drawn(customers()):
        assert who.keys() == DOCUMENTED_CUSTOMER.keys()
        assert all(isinstance(value, str) and value.strip() for value in who.values())
        assert contract.request_problems("createSession", {"clientId": "c", "source": "sms", "customer": who}) == ()


def test_messages_are_surely_valid():
    for text in drawn(messages(), examples=60):
        assert text.strip()
        assert len(text) <= LONGEST_MESSAGE
        text.encode("utf-8")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_generated_requests_are_valid_invalid_and_broken_as_named(contract, generator, operation):
    for body in drawn(generator.valid(operation)):
        assert contract.request_problems(operation, json.loads(body)) == (), body
    for body in drawn(generator.broken(operation)):
        assert lacks(body, NEEDED[operation]), body
    assert len(set(drawn(generator.invalid(operation)))) > 5
