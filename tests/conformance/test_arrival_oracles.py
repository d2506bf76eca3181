"""Every oracle over fabricated arrivals, for both verdicts."""

import pytest

from harness.conformance import arrival_oracles as oracles
from harness.conformance.ledger import Ledger
from tests.conformance.fabricated import arrival, created, said


def talks(*answers):
    ledger = Ledger()
    for answer in answers:
        ledger.saw(answer)
    return ledger.talks


ONE = (created("s-1", "u-1"), said("s-1"))
TWO = (*ONE, created("s-2", "u-2"), said("s-2"))


def objections(tally):
    return [finding.objection for finding in tally.findings]


def test_a_call_off_the_schema_is_not_as_documented():
    tally = oracles.documented([arrival(), arrival(problems=("data: 'userId' is a required property",))])

    assert (tally.exercised, len(tally.findings)) == (2, 1)


def test_what_participant_and_content_hold_is_left_to_the_next_one():
    odd = arrival(participant="human", problems=('data.participantType: "human" is not one of "bot" or "agent"',))

    assert oracles.documented([odd]).findings == []
    assert objections(oracles.spoken([odd], {})) == ["participantType is neither bot nor agent"]


def test_a_reply_with_another_sessions_user_is_misaddressed():
    assert objections(oracles.addressed([arrival(user="u-2")], talks(*TWO)))


def test_a_reply_to_nobody_is_misaddressed_while_somebody_waits():
    assert objections(oracles.addressed([arrival(session="s-9")], talks(*ONE)))


def test_a_reply_to_an_older_session_is_let_pass_when_nobody_waits():
    assert oracles.addressed([arrival(), arrival(session="s-from-before")], talks(*ONE)).findings == []


def test_a_session_without_a_known_user_takes_any():
    assert oracles.addressed([arrival(user="u-7")], talks(created("s-1", None), said("s-1"))).findings == []


@pytest.mark.parametrize("content", ["Iâ€™m here", "Ã€ bientÃ´t", "caf\ufffd", "half \ud83d"])
def test_garbled_text_is_not_what_was_meant(content):
    assert objections(oracles.spoken([arrival(content=content)], {}))


@pytest.mark.parametrize("content", ["I’m here", "À bientôt 🙂", "Ã", "plain", "", "naïve café Ünal", "मैं", "£5 – €6"])
def test_text_in_any_script_is_let_pass(content):
    assert oracles.spoken([arrival(content=content)], {}).findings == []


def test_content_that_is_no_string_is_objected_to():
    assert objections(oracles.spoken([arrival(content=5)], {})) == ["content is no string"]


def test_the_same_event_again_and_again_is_not_settled():
    tally = oracles.settled([arrival()] * 4, talks(*ONE))

    assert [finding.count for finding in tally.findings] == [4]


def test_a_second_delivery_now_and_then_is_let_pass():
    assert oracles.settled([arrival(), arrival()], talks(*ONE)).findings == []


def test_equal_answers_to_several_messages_are_no_repetition():
    assert oracles.settled([arrival()] * 4, talks(*ONE, said("s-1"), said("s-1"), said("s-1"))).findings == []


def test_retries_of_calls_that_failed_are_no_repetition():
    assert oracles.settled([*[arrival(status=500)] * 5, arrival()], talks(*ONE)).findings == []


def test_a_call_that_the_sender_hung_up_on_never_got_its_200():
    tally = oracles.settled([arrival()] * 4, talks(*ONE), {"s-1": 5.0})

    assert (tally.exercised, tally.findings) == (0, [])


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_a_call_that_does_not_say_that_it_is_json_is_objected_to(content_type):
    assert objections(oracles.labelled([arrival(content_type=content_type)], {}))


def test_a_call_with_a_charset_is_let_pass_and_one_without_words_is_not():
    assert oracles.labelled([arrival(content_type="Application/JSON; charset=utf-8")], {}).findings == []
    assert objections(oracles.labelled([arrival(content=" ")], {})) == ["content is empty"]


def test_a_key_or_a_stack_trace_in_a_call_is_a_leak():
    def holds_key(text):
        return "sk-1" in text

    assert objections(oracles.discreet([arrival(content="your key is sk-1")], holds_key)) == ["a key of ours"]
    assert objections(oracles.discreet([arrival(content="Traceback (most recent call last)")], holds_key))
    assert objections(oracles.discreet([arrival(key_in=("x-api-key",))], holds_key)) == ["a key of ours in x-api-key"]
    assert oracles.discreet([arrival()], holds_key).findings == []


def test_the_ledger_knows_what_it_owes_and_what_was_given_out_twice():
    ledger = Ledger()
    for answer in (*TWO, created("s-1"), created("s-3"), said("s-3", 400), said("s-9")):
        ledger.saw(answer)
    ledger.excuse("s-2", "a human took over")

    assert ledger.owed() == {"s-1": 1}
    assert len(ledger.repeated) == 1
    assert [talk.session for talk in ledger.all() if talk.silent] == ["s-3"]
    assert ledger.talks["s-3"].refused == 1


def test_a_reply_is_owed_for_each_plausible_message_and_for_no_other():
    ledger = Ledger()
    for answer in (*ONE, said("s-1"), said("s-1", content="a\0b"), said("s-1", content=" "), said("s-1", content=5)):
        ledger.saw(answer)

    assert ledger.owed() == {"s-1": 2}
    assert ledger.talks["s-1"].doubtful == 3


def test_another_tenants_replies_are_not_owed_to_us():
    theirs = ("Authorization", "Bearer $HARNESS_OTHER_API_KEY")
    ledger = Ledger()
    for answer in (created("s-1", key=theirs), said("s-1", key=theirs)):
        ledger.saw(answer)

    assert ledger.owed() == {}


def test_who_was_let_in_and_is_refused_was_locked_out():
    ledger = Ledger()
    for answer in (*ONE, said("s-1", 401), said("s-1", 401, key=("Authorization", "Bearer wrong")), said("s-2", 401)):
        ledger.saw(answer)

    assert [answer.request.session for answer in ledger.locked_out] == ["s-1"]


def test_what_comes_back_of_something_doubtful_is_doubtful_itself():
    doubtful = talks(created("s-1"), said("s-1", content="half \ud83d"))

    assert oracles.spoken([arrival(content="You said: half \ud83d")], doubtful).findings == []
    assert oracles.labelled([arrival(content=" ")], doubtful).findings == []


@pytest.mark.parametrize("content", ["I&#39;m here", "Tom &amp; Ann", "caf\\u00e9", "&#x27;"])
def test_characters_that_were_escaped_once_too_often_are_not_those_that_were_meant(content):
    assert objections(oracles.spoken([arrival(content=content)], {}))


@pytest.mark.parametrize("content", ["Tom & Ann; both", "R&D;", "5 &lt 6", "C:\\users"])
def test_an_ampersand_is_no_escape(content):
    assert oracles.spoken([arrival(content=content)], {}).findings == []


def test_three_copies_are_a_repetition_and_three_parts_that_are_alike_are_not():
    once = [arrival(digest="same") for _ in range(3)]
    parts = [arrival("s-2", digest=f"part {number}") for number in range(3)]

    assert objections(oracles.settled(once, talks(*TWO)))
    assert oracles.settled([*once, *parts], talks(*TWO)).findings == []


def test_copies_at_another_url_are_no_repetition():
    copies = [arrival(digest="same", endpoint=endpoint) for endpoint in ("", "moved", "query")]

    assert oracles.settled(copies, talks(*ONE)).findings == []
