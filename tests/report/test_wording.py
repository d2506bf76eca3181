"""Words and numbers of the reports: what is told, and that it is never more than was measured."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.report.headline import taken_over
from harness.report.legible import cut, legible, one_line
from harness.report.numerals import count, plural, share, span, tied, time_of
from harness.report.sums import MEANINGS, TONES, sums_of

MESSAGES = {
    "planned": 9,
    "sent": 8,
    "missed": 1,
    "accepted": 5,
    "limited": 1,
    "refused": 1,
    "failed": 1,
    "unfinished": 0,
}
REPLIES = {
    **dict.fromkeys(("late", "ambiguous", "unsettled", "duplicate", "unsolicited", "misrouted", "malformed"), 0),
    "answered": 3,
    "lost": 2,
    "arrivals": 4,
    "first": 3,
    "further": 1,
}


@given(st.text(alphabet=st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Lu"]), max_size=40))
def test_legible_text_is_legal_xml_encodes_and_holds_nothing_that_acts(text: str) -> None:
    shown = legible(text)

    shown.encode("utf-8")
    assert all(character >= " " or character in "\n\t" for character in shown)
    assert not any(character in shown for character in "\x7f\x85\u2028\u202e\u2066\ufeff\ufffe")
    assert legible(shown) == shown


def test_the_joiners_that_scripts_and_emoji_need_stay() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467 می\u200cخواهم"

    assert legible(family) == family


def test_one_line_is_one_line_and_no_longer_than_asked() -> None:
    assert one_line("a\r\n b\tc") == "a\\x0d b c"
    assert one_line("x" * 50, 10) == "x" * 9 + "…"


def test_what_is_cut_is_told() -> None:
    assert cut("x" * 1010, 10) == "x" * 10 + "\n… 1,000 more characters: the whole is in result.json"
    assert cut("x" * 10, 10) == "x" * 10


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (1, 1, "100 %"),
        (0, 9, "0 %"),
        (99_999, 100_000, ">99.99 %"),
        (1, 100_000, "<0.01 %"),
        (1, 3, "33.33 %"),
        (0, 0, "—"),
    ],
)
def test_a_share_never_rounds_to_all_or_nothing(part: int, whole: int, shown: str) -> None:
    assert share(part, whole) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "—"),
        (0.0, "0 ms"),
        (0.418, "0.42 ms"),
        (42.13, "42.1 ms"),
        (251.4, "251 ms"),
        (1072.0, "1.07 s"),
        (125_000.0, "2 min 5 s"),
    ],
)
def test_a_time_is_told_in_the_unit_that_suits_it(value: float | None, shown: str) -> None:
    assert time_of(value) == shown


def test_numbers_read_as_people_write_them() -> None:
    assert count(1234567) == "1,234,567"
    assert plural(1, "reply", "replies") == "1 reply"
    assert plural(2, "reply", "replies") == "2 replies"
    assert [span(s) for s in (0.84, 42, 125, 3600)] == ["0.8 s", "42 s", "2 min 5 s", "1 h 0 min"]
    assert tied("99 % in 4 s of 3 samples") == "99\xa0% in 4\xa0s of 3 samples"


def test_sums_that_hold_and_sums_that_do_not_are_told_apart() -> None:
    assert all(total.holds for total in sums_of({"messages": MESSAGES, "replies": REPLIES}))

    wrong = {total.name: total.holds for total in sums_of({"messages": MESSAGES, "replies": {**REPLIES, "lost": 3}})}
    assert wrong == {"planned": True, "sent": True, "accepted": False, "arrivals": True, "first": True}


def test_every_class_has_a_meaning_and_a_tone() -> None:
    assert set(MEANINGS) == set(TONES) == (set(MESSAGES) | set(REPLIES)) - {"planned", "arrivals"}


@pytest.mark.parametrize(
    ("replies", "told"),
    [
        ({"lost": 3, "misrouted": 2, "arrivals": 4}, "2 replies were for sessions that this run never opened"),
        ({"lost": 3, "misrouted": 0, "arrivals": 0}, "Not one reply reached the webhook"),
        ({"lost": 3, "misrouted": 0, "arrivals": 7}, None),
        ({"lost": 0, "misrouted": 1, "arrivals": 7}, None),
    ],
)
def test_replies_that_went_elsewhere_or_came_from_there_raise_a_question(replies, told: str | None) -> None:
    said = taken_over({"replies": replies})

    assert (told is None) == (said == [])
    assert told is None or said[0].startswith(f"{told}: see that nobody else registers a webhook")
