"""A secret is never shown by mistake, and is taken out of what others wrote."""

import json
import time
import traceback
from base64 import b64encode, urlsafe_b64encode
from html import escape
from html.entities import html5
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.secret import MASK, SHORTEST, Redactor, Secret

KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=SHORTEST, max_size=40).filter(
    lambda key: key not in MASK
)


def doubly(key: str) -> str:
    """As in JSON that stands in an HTML page."""
    return escape(json.dumps(escape(key))[1:-1])


def test_a_secret_shows_itself_as_a_mask():
    secret = Secret("sk-very-secret")

    shown = f"{secret} {secret!r} {[secret]} {secret:>3}"

    assert "very" not in shown
    assert secret.reveal() == "sk-very-secret"


def test_a_traceback_of_a_frame_that_holds_it_does_not_show_it():
    secret = Secret("sk-very-secret")
    try:
        raise ValueError(secret)
    except ValueError as error:
        shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())

    assert "very" not in shown


@given(
    KEYS,
    st.sampled_from(
        (
            *(
                str,
                json.dumps,
                lambda key: json.dumps(json.dumps(key)),
                lambda key: quote(key, safe=""),
                escape,
                doubly,
            ),
            *(lambda key: escape(json.dumps(key)[1:-1]), lambda key: quote(quote(key, safe=""), safe="")),
        )
    ),
)
def test_the_redactor_finds_a_key_in_every_spelling_that_it_takes(key, spelled):
    text = f"before {spelled(key)} after"

    cleaned = Redactor(Secret(key), None).clean(text)

    assert spelled(key).strip('"\\') not in cleaned.replace(MASK, "")
    assert cleaned.startswith("before ")
    assert cleaned.endswith(" after")


@given(KEYS, st.data())
def test_a_key_escaped_character_by_character_is_found(key, data):
    def spelled(character: str) -> str:
        code = f"{ord(character):02x}"
        return data.draw(st.sampled_from((character, f"\\u00{code}", f"\\\\u00{code.upper()}", f"%{code}")))

    text = "<" + "".join(map(spelled, key)) + ">"

    assert Redactor(Secret(key)).clean(text) == f"<{MASK}>"
    assert Redactor(Secret(key)).finds(text)


@given(KEYS, st.data())
def test_a_key_is_found_where_html_has_entities_in_the_place_of_characters(key, data):
    """Of any of them: by number or by name, in any case, with the ampersand escaped once more or as JSON may."""

    def spelled(character: str) -> str:
        code = ord(character)
        end = ";" if character == ";" else ""
        names = [name for name, named in html5.items() if named == character and name.endswith(";")]
        entity = data.draw(st.sampled_from([f"#{code};", f"#x{code:x};", f"#X{code:04X};", f"#{code:05}{end}", *names]))
        ampersand = data.draw(st.sampled_from(("&", "&amp;", "&amp;amp;", "&#38;", "\\u0026", "\\\\u0026")))
        return data.draw(st.sampled_from((character, ampersand + entity)))

    text = "<" + "".join(map(spelled, key)) + ">"

    assert Redactor(Secret(key)).clean(text) == f"<{MASK}>"
    assert Redactor(Secret(key)).finds(text)


def test_of_an_entity_whose_name_begins_as_a_shorter_one_nothing_is_left():
    assert Redactor(Secret("a-secret|")).clean("<a-secret&VerticalLine;>") == f"<{MASK}>"


@given(KEYS, st.binary(max_size=7), st.binary(max_size=7), st.sampled_from((b64encode, urlsafe_b64encode)))
def test_a_key_is_found_in_base64_wherever_it_falls_in_it(key, before, after, encode):
    encoded = encode(before + key.encode() + after).decode()

    cleaned = Redactor(Secret(key)).clean(f"Basic {encoded}")

    # At most a digit on either side stands for bits of the key as well as of its neighbours.
    assert len(cleaned.removeprefix("Basic ").replace(MASK, "")) <= len(encoded) - len(key) * 8 // 6 + 2
    assert Redactor(Secret(key)).finds(encoded)


@given(KEYS, st.sampled_from((str.upper, str.lower, str.swapcase, str.title)))
def test_a_key_is_found_in_any_case_as_in_the_name_of_a_header(key, cased):
    assert Redactor(Secret(key)).clean(f"x-{cased(key)}: y") == f"x-{MASK}: y"
    assert Redactor(Secret(key)).finds(cased(key))


@given(KEYS, st.sampled_from((str.upper, str.lower)))
def test_a_key_is_found_in_hexadecimal(key, cased):
    assert Redactor(Secret(key)).clean(cased(key.encode().hex())) == MASK


@pytest.mark.parametrize(
    "unit", ["\\" * 10, "\\u0073", "%" * 10, "&" * 10, "&amp;", "&#115;", "&#x000000", "\\u0026amp;"]
)
def test_a_text_that_is_all_escapes_is_cleaned_in_no_time(unit):
    text = 100_000 * unit
    began = time.process_time()

    assert Redactor(Secret("sk-\\very\\secret")).clean(text) == text
    assert time.process_time() - began < 20


def test_a_key_of_many_semicolons_is_looked_for_in_one_way():
    began = time.process_time()

    assert Redactor(Secret(";" * 26 + "x")).clean("&semi;" * 4000) == "&semi;" * 4000
    assert time.process_time() - began < 5


@pytest.mark.parametrize("text", ["", "nothing to hide", "a\ud800b"])
def test_text_without_the_key_stays_as_it_is(text):
    assert Redactor(Secret("sk-very-secret")).clean(text) == text
