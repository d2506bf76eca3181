"""The same seed makes the same people say the same things; and they are the people that a real service meets."""

import itertools
import json

import pytest

from harness.assets import asset
from harness.contract import Contract
from harness.load.conversation import (
    FEWEST_LINES,
    FIRST_PAUSE_S,
    LONGEST_PAUSE,
    MOST_LINES,
    Conversation,
    Script,
)


def first(count: int, *, seed: int = 1, customer: int = 1, think_s: float = 1.0, avoid: tuple[str, ...] = ()):
    script = Script(seed, think_s, avoid)
    return [script.conversation(customer, number) for number in range(count)]


def contents(talks: list[Conversation]) -> list[str]:
    return [line.content for talk in talks for line in talk.lines]


def test_the_same_seed_gives_the_same_customers_words_and_pauses():
    assert first(50, seed=3, customer=9) == first(50, seed=3, customer=9)


@pytest.mark.parametrize("other", [{"seed": 2}, {"customer": 2}])
def test_another_seed_or_another_customer_says_something_else(other):
    assert first(5) != first(5, **other)


def test_every_customer_and_every_message_is_a_surely_valid_request():
    contract = Contract(asset("openapi.yaml").read_text("utf-8"))

    for talk in itertools.chain.from_iterable(first(20, customer=number) for number in range(50)):
        body = {"clientId": "id", "source": "sms", "customer": talk.customer}
        assert contract.request_problems("createSession", body) == ()
        assert all(isinstance(value, str) and value.strip() for value in talk.customer.values())
        assert set(talk.customer) == {"firstName", "lastName", "phoneNumber", "emailAddress", "unitNumber", "address"}
        for line in talk.lines:
            assert contract.request_problems("sendMessage", {"content": line.content}) == ()
            assert line.content.strip()
            assert "{" not in line.content


def test_customers_have_names_in_many_scripts_apostrophes_and_phones_of_many_forms():
    customers = [talk.customer for number in range(200) for talk in first(3, customer=number)]

    text = json.dumps(customers, ensure_ascii=False)
    phones = {"".join("9" if c.isdigit() else c for c in customer["phoneNumber"]) for customer in customers}
    assert all(sign in text for sign in ("O'", "Ł", "李", "أ", "כ", "प्रि", "ß", "½", "\\n"))
    assert len(phones) >= 6


def test_a_conversation_has_three_to_eight_messages():
    lengths = {len(talk.lines) for number in range(100) for talk in first(5, customer=number)}

    assert lengths == set(range(FEWEST_LINES, MOST_LINES + 1))


def test_pauses_have_the_asked_mean_and_an_end():
    pauses = [line.pause_s for number in range(200) for talk in first(10, customer=number) for line in talk.lines]

    assert sum(pauses) / len(pauses) == pytest.approx(1.0, rel=0.05)
    assert max(pauses) <= LONGEST_PAUSE


def test_without_time_to_think_only_the_first_pause_is_left():
    opening, *later = first(10, think_s=0)

    assert 0 <= opening.pause_s <= FIRST_PAUSE_S
    assert {talk.pause_s for talk in later} == {0.0}
    assert {line.pause_s for talk in (opening, *later) for line in talk.lines} == {0.0}


def test_no_customer_says_a_phrase_that_is_to_be_avoided():
    said = contents(first(300, avoid=("PLUMBER", "rent")))

    assert said
    assert not [content for content in said if "plumber" in content.lower() or "rent" in content.lower()]


def test_customers_never_say_the_magic_words_of_a_sandbox():
    said = contents([talk for number in range(100) for talk in first(10, customer=number)])

    assert not [content for content in said if content.startswith("!") or "human" in content or "agent" in content]
