"""Data for the checks, by hand: what the document shows, what people are called and write, what clients botch."""

from typing import Any

Customer = dict[str, str]

# The document's own customer. It hides the address in emailAddress, so an ordinary one stands in its place.
DOCUMENTED_CUSTOMER: Customer = {
    "firstName": "Darren",
    "lastName": "Smith",
    "phoneNumber": "+1123456789",
    "emailAddress": "darren.smith@example.com",
    "unitNumber": "1-A",
    "address": "5 Summer St, MA 01045, USA",
}
DOCUMENTED_MESSAGE = "Hello world"

FIRST_NAMES = ("Maya", "Jonas", "Aiko", "Samir", "Lucía", "Tom", "Ngozi", "Ewa")
LAST_NAMES = ("Meyer", "Okafor", "Lindqvist", "Sato", "Haddad", "Costa", "Novak", "Reid")

PEOPLE = (
    ("Siobhán", "O'Brien"),
    ("Jean-Luc", "d’Artagnan"),
    ("José María", "Núñez Ibáñez"),
    ("Björk", "Guðmundsdóttir"),
    ("Łukasz", "Żółć"),
    ("Nguyễn", "Thị Hương"),
    ("李", "小龙"),
    ("さくら", "山田"),
    ("민준", "김"),
    ("محمد", "عبد الله"),
    ("נועה", "לוי"),
    ("Ирина", "Щербакова"),
    ("Γιώργος", "Παπαδόπουλος"),
    ("प्रिया", "शर्मा"),
    ("สมชาย", "ใจดี"),
    ("X", "Æ"),
    ("Null", "True"),
    ("Zoe\u0308", "Mu\u0308ller"),  # decomposed, as some keyboards send it
    ("Hubert Blaine", "Wolfeschlegelsteinhausenbergerdorff"),
    ("Anne & Bob", 'St. John "Jack" Smith'),
)
# One number that is kept free for fiction, as people and their telephones write it.
PHONE_FORMATS = {
    "E.164": "+12025550143",
    "without the +": "12025550143",
    "00 in its place": "0012025550143",
    "national": "2025550143",
    "parentheses": "(202) 555-0143",
    "dashes": "202-555-0143",
    "dots": "202.555.0143",
    "spaces": "+1 202 555 0143",
    "an extension": "+12025550143 ext. 12",
    "tel:": "tel:+1-202-555-0143",
    "a short code": "55501",
    "letters": "+1202FLOWERS",
}
ADDRESSES = (
    "12 King's Rd, Flat #4/2",
    "Straße des 17. Juni 135, 10623 Berlin",
    "〒100-0001 東京都千代田区千代田1-1",
    "Apt. 5; c/o O'Neil, 100% Ave",
)

MESSAGES = (
    "I can't get into my flat, it's locked!",
    'She said "call me back" -- at 5\'o clock; ok?',
    "Die Heizung ist kaputt, 3° im Bad: können Sie helfen?",
    "我的空调坏了，什么时候能修？",
    "الماء لا يعمل في المطبخ",
    "המפתח שלי אבד",
    "Кран течёт, помогите…",
    "नमस्ते, किराया कब देना है?",
    "👍🏽 thanks 👨‍👩‍👧‍👦 🏳️‍🌈 🇧🇷",
    "line one\nline two\r\n\r\nline four",
    "50% off? 1 < 2 && 3 > 2 <b>really</b> {{x}} ${y} %s \\n",
    "'; DROP TABLE messages; -- ",
    "?",
    "0",
    "null",
    "e\u0301 o\u0308 n\u0303 (decomposed)",
    "https://example.com/a?b=c&d=%20#e",
)
LONGEST_MESSAGE = 4096


def page(length: int = LONGEST_MESSAGE) -> str:
    """A pasted page of that many characters."""
    text = "The tap in the kitchen drips, and nobody came on Monday. It isn't urgent, but please call.\n"
    return (text * (length // len(text) + 1))[:length]


def customer(number: int = 0) -> Customer:
    """A customer with every documented field, who shares no phone number and no email address with another."""
    first = FIRST_NAMES[number % len(FIRST_NAMES)]
    last = LAST_NAMES[number // len(FIRST_NAMES) % len(LAST_NAMES)]
    return {
        "firstName": first,
        "lastName": last,
        # Of the numbers that are kept free for fiction, so that nobody's telephone rings.
        "phoneNumber": f"+1{201 + number // 100 % 780}55501{number % 100:02}",
        "emailAddress": f"customer.{number}@example.com",
        "unitNumber": f"{number % 40 + 1}-B",
        "address": f"{number + 1} Summer St, MA 01045, USA",
    }


def real_people() -> list[Customer]:
    """Customers with every field, whose names and addresses are as people have them."""
    return [
        {
            **customer(9_000 + number),
            "firstName": first,
            "lastName": last,
            "address": ADDRESSES[number % len(ADDRESSES)],
        }
        for number, (first, last) in enumerate(PEOPLE)
    ]


# Bodies that are no JSON object, each by what it is.
NO_OBJECTS: dict[str, bytes] = {
    "nothing": b"",
    "an array": b"[]",
    "a string": b'"text"',
    "a number": b"1",
    "null": b"null",
    "cut short": b'{"content": "Hel',
    "no JSON": b"content=Hello&clientId=1",
}

# Values of a wrong type for a field that takes a string.
NO_STRINGS: tuple[Any, ...] = (5, True, ["text"], {"text": "text"})

_MEMBER = '"x": '
# Members that make a surely valid body a doubtful one: 200 or 400 will do, a 5xx will not.
ODD_MEMBERS: dict[str, str] = {
    "a huge integer": _MEMBER + "9" * 5000,
    "a huge exponent": _MEMBER + "1e999999",
    "a negative zero": _MEMBER + "-0.0",
    "deep arrays": _MEMBER + "[" * 5000 + "]" * 5000,
    "deep objects": _MEMBER + '{"a":' * 2000 + "1" + "}" * 2000,
    "not a number": _MEMBER + "NaN",
    "an empty key": '"": 1',
    "a prototype": '"__proto__": {"admin": true}, "constructor": {"prototype": {"x": 1}}',
    "a NUL in a key": '"\\u0000": 1',
    "a lone surrogate in a key": '"\\ud800": 1',
    "many keys": ", ".join(f'"k{number}": {number}' for number in range(2000)),
}
ODD_TEXTS: dict[str, str] = {
    "a NUL": "a\0b",
    "control characters": "".join(map(chr, range(1, 32))) + "\x7f\x85",
    "a lone surrogate": "a\ud83db",
    "the wrong way round": "\udc00\ud800",
    "a byte order mark": "\ufeffHello",
    "text direction marks": "\u202eabc\u2066def",
    "no characters": "\ufffe\uffff\U0010ffff",
    "blank": " \t\n ",
    "empty": "",
    "a long one": "x" * 20_000,
    "long in bytes": "🙂" * 8_000,
    "a template": "{{7*7}} ${7*7} #{7*7} <%= 7*7 %> %n%s%x",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "a path": "../../../../etc/passwd\\..\\..\\",
}

# Where a session's id stands in a path: bytes that may not do worse than a 404 or 400.
ODD_IDS = (
    "%00",
    "%2F",
    "%2e%2e%2f",
    "..%2f..%2fetc%2fpasswd",
    "%ff%fe",
    "%F0%9F%99%82",
    "%25%32%46",
    "%20",
    "'%20OR%20'1'='1",
    "%3Cscript%3E",
    "%0d%0aX-Injected:%20yes",
    "a" * 3000,
    "*",
    "null",
    "-1",
    "%7B%7D",
    "%ED%A0%80",
    "id;param",
)

# No absolute http(s) URL, and nothing that leads anywhere.
NO_URLS = ("", "not a url", "/v1/messages", "ftp://127.0.0.1/x", "http://", "javascript:alert(1)", "127.0.0.1:80/x")
