"""Hypothesis strategies for data that is surely valid: what people are called, where they live, what they write.

Every customer has every documented field, with a plausible string. Nothing here has control characters, lone
surrogates, or more than 4,096 characters: about those the document is silent.
"""

import hypothesis.strategies as st

from harness.conformance.samples import ADDRESSES, LONGEST_MESSAGE, MESSAGES, PEOPLE, Customer

_SCRIPTS = (
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿœšžđğıłńőřşţůżÀÉÎÕÜŠŽ",
    "абвгдежзийклмнопрстуфхцчшщъыьэюяєіїґ",
    "αβγδεζηθικλμνξοπρστυφχψωάέήίόύώ",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "אבגדהוזחטיכלמנסעפצקרשת",
    "अआइईउऊएऐओऔकखगघचछजझटठडढतथदधनपफबभमयरलवशषसह",
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林",
    "あいうえおかきくけこさしすせそカキクケコサシスセソ",
    "가나다라마바사아자차카타파하김이박최정",
    "กขคงจฉชซดตถทนบปผพฟมยรลวสหอ",
)
_EMOJI = ("🙂", "👍🏽", "👨‍👩‍👧‍👦", "🏳️‍🌈", "❤️", "🇯🇵", "1️⃣")
_PUNCTUATION = "'’\"-.,;:!?()&/#@%+*=<>[]{}|\\^~`$€£…"


def names() -> st.SearchStrategy[str]:
    """One to three words of one script, joined as people join them."""
    word = st.sampled_from(_SCRIPTS).flatmap(lambda letters: st.text(letters, min_size=1, max_size=18))
    joined = st.builds(
        lambda words, joint: joint.join(words),
        st.lists(word, min_size=1, max_size=3),
        st.sampled_from((" ", "-", "'", "’", ". ")),
    )
    return joined | st.sampled_from([name for person in PEOPLE for name in person])


def phone_numbers() -> st.SearchStrategy[str]:
    """E.164, of the ranges that are kept free for fiction, so that nobody's telephone rings."""
    american = st.builds("+1{}55501{:02}".format, st.integers(201, 989), st.integers(0, 99))
    british = st.builds("+447700900{:03}".format, st.integers(0, 999))
    return american | british


def customers() -> st.SearchStrategy[Customer]:
    local = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=20)
    email = st.builds(
        "{}{}{}@example.{}".format, local, st.sampled_from((".", "+", "_", "-")), local, st.sampled_from(("com", "org"))
    )
    unit = st.text("ABCDEFG0123456789", min_size=1, max_size=5)
    street = st.builds("{} {} St, MA 01045, USA".format, st.integers(1, 99_999), names())
    return st.fixed_dictionaries(
        {
            "firstName": names(),
            "lastName": names(),
            "phoneNumber": phone_numbers(),
            "emailAddress": email,
            "unitNumber": unit,
            "address": street | st.sampled_from(ADDRESSES),
        }
    )


def messages() -> st.SearchStrategy[str]:
    """Any text that a person can type, a pasted page included; never blank."""
    letters = "".join(_SCRIPTS)
    typed = st.text(letters + _PUNCTUATION + "0123456789   \n", min_size=1, max_size=300)
    word = st.sampled_from(letters) | st.sampled_from(_EMOJI) | st.sampled_from(("it's ", "don't ", "OK. ", "5 % "))
    composed = st.lists(word, min_size=1, max_size=60).map("".join)
    pasted = st.builds(
        lambda text, times: (text * times)[:LONGEST_MESSAGE], st.sampled_from(MESSAGES), st.integers(2, 300)
    )
    return (typed | composed | pasted | st.sampled_from(MESSAGES)).filter(lambda text: bool(text.strip()))
