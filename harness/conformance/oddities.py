"""Data for the checks, by hand: what clients botch, and what is legal but rare."""

from typing import Any

# Bodies that are no JSON object, each by what it is.
NO_OBJECTS: dict[str, bytes] = {
    "nothing": b"",
    "an array": b"[]",
    "a string": b'"text"',
    "a number": b"1",
    "null": b"null",
    "an array with an object": b'[{"content": "Hello", "url": "http://127.0.0.1/", "event": "message"}]',
    "false": b"false",
    "cut short": b'{"content": "Hel',
    "cut short before the last brace": b'{"content": "Hello", "url": "http://127.0.0.1:9/", "event": "message"',
    "a brace": b"{",
    "two objects": b'{"content": "Hello"}{"content": "Hello"}',
    "something after it": b'{"content": "Hello"} and more',
    "single quotes": b"{'content': 'Hello'}",
    "no JSON": b"content=Hello&clientId=1",
}

# Values of a wrong type for a field that takes a string.
NO_STRINGS: tuple[Any, ...] = (5, 0, -1.5, True, False, ["text"], [], {"text": "text"}, {})
# Values of a wrong type for one that takes an object.
NO_OBJECT_VALUES: tuple[Any, ...] = (
    "Darren Smith",
    "",
    5,
    0,
    True,
    False,
    ["Darren"],
    [],
    [{"firstName": "Darren"}],
    '{"firstName": "Darren"}',
)

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
    "an apostrophe": "O'Brien",
    "quotes": 'say "yes"',
    "a formula": "=1+1",
    "characters beyond the basic plane": "𠮷🙂𝒳",
    "a thousand characters": "x" * 1000,
    "combining marks": "e" + "\u0301" * 200,
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
    "%25",
    "%5B%5D",
    "%22",
    "%27",
    "%5C",
    "a+b",
    "a.b",
    "a:b",
    "%E6%9D%8E",
    "%C3%A9",
    "$where",
    "a%09b",
)

# No absolute http(s) URL, and nothing that leads anywhere.
NO_URLS = (
    "",
    "not a url",
    "/v1/messages",
    "//127.0.0.1/x",
    "ftp://127.0.0.1/x",
    "file:///dev/null",
    "http://",
    "http",
    "javascript:alert(1)",
    "mailto:somebody@example.org",
    "127.0.0.1:80/x",
)

# Headers that are odd, and legal: whatever is made of them, it is no 5xx.
ODD_HEADERS: dict[str, tuple[str, str]] = {
    "a long header": ("X-Long", "x" * 4000),
    "a language that is none": ("Accept-Language", "*;q=nonsense,,x-klingon"),
    "an unknown media type": ("Accept", "application/x-unknown;q=0.0"),
    "an encoding that is none": ("Accept-Encoding", "nonsense;q=2"),
    "a cookie that is none": ("Cookie", '=;;a=b=c;"x'),
    "a date that is none": ("If-Modified-Since", "yesterday"),
    "a tag that is none": ("If-None-Match", '"unclosed'),
    "a range": ("Range", "bytes=0-,-5,x"),
    "no user agent to speak of": ("User-Agent", "()<>@;:[]{}"),
    "letters beyond ASCII": ("X-Name", "J\xf6rg"),
    "somebody else's address": ("X-Forwarded-For", "not, an, address, 999.1.1.1"),
    "another protocol": ("X-Forwarded-Proto", "gopher"),
    "another method": ("X-HTTP-Method-Override", "DELETE"),
    "an origin that is none": ("Origin", "::::"),
    "a referrer that is none": ("Referer", "%zz"),
    "a trace that is none": ("Traceparent", "00-xyz"),
    "an idempotency key that is odd": ("Idempotency-Key", "'; --"),
    "a request id that is odd": ("X-Request-Id", "{}[]%00"),
}
# Media types that a JSON body is sent under by mistake.
ODD_TYPES = (
    "text/plain",
    "application/xml",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
    "x",
    ";",
    "a/b/c",
)
