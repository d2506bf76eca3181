"""Generated data: the same for the same seed, shrunk where it fails, and never wasted on the wrong thing."""

import json
from types import SimpleNamespace

import hypothesis.strategies as st
import pytest

from harness.assets import asset
from harness.conformance import exploration
from harness.conformance.exploration import as_it_was_drawn, explore
from harness.conformance.generation import Generator, lacks
from harness.conformance.outcome import NotExercised, Unmet
from harness.conformance.people import customers, messages
from harness.conformance.samples import DOCUMENTED_CUSTOMER, LONGEST_MESSAGE
from harness.conformance.walk import walk
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


def test_it_is_not_made_smaller_for_longer_than_that(monkeypatch):
    monkeypatch.setattr(exploration, "SHRINK_S", 0.0)
    judged = []

    def judge(text):
        judged.append(text)
        raise Unmet("nothing", {"text": text})

    with pytest.raises(Unmet) as caught:
        explore(st.text("ab'", min_size=20), judge, examples=100, seeded=1)

    assert judged == [caught.value.evidence["text"]]


def test_a_replay_makes_nothing_smaller():
    failed = set()

    def judge(text):
        if "'" in text:
            failed.add(text)
            raise Unmet("no apostrophe", {"text": text})

    with as_it_was_drawn(), pytest.raises(Unmet):
        explore(st.text("ab'", max_size=50), judge, examples=100, seeded=1)

    assert len(failed) == 1


def test_a_walk_is_not_made_shorter_for_longer_than_that_either(monkeypatch):
    monkeypatch.setattr(exploration, "SHRINK_S", 0.0)
    judged = []

    class Refusing:
        def as_documented(self, answer, *_):
            judged.append(answer)
            raise Unmet("everything is refused", {})

        unbroken = as_documented

    def ask(*_, **__):
        return "an answer"

    api = SimpleNamespace(create_session=ask, send_message=ask, request=ask)
    world = SimpleNamespace(
        api=api, other=api, webhook=SimpleNamespace(register=ask), profile=SimpleNamespace(has_other_tenant=True)
    )
    with pytest.raises(Unmet, match="everything is refused"):
        walk(Refusing(), world, walks=5, seeded=1)

    assert judged == ["an answer"]


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
