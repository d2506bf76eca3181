"""One exchange with the target: the request as it was sent, and the answer, which may be that none came.

Records only. Nothing here sends; whatever is printed of a record has its keys veiled.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from harness.client.curl import curl
from harness.client.veil import Veil, Veiled
from harness.contract import parse

Header = tuple[str, str | Veiled]
# How much of a response is quoted as evidence: characters.
SHOWN = 600

_OPERATIONS = (
    ("createSession", re.compile(r"/v1/sessions")),
    ("sendMessage", re.compile(r"/v1/sessions/(?P<session>[^/?#]{1,512})/messages")),
    ("registerWebhook", re.compile(r"/v1/webhooks")),
)


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. `path` begins with a slash and is relative to `base_url`; `body` is exactly these bytes.

    An `odd` one, with what is no id in an id's place, is no operation: a proxy may answer it in the API's stead.
    """

    method: str
    path: str
    headers: tuple[Header, ...] = ()
    body: bytes = field(default=b"", repr=False)
    base_url: str = ""
    odd: bool = False

    @property
    def operation(self) -> str | None:
        """The operationId, or None where the request is none of the three."""
        if self.odd or self.method != "POST":
            return None
        path = self.path.partition("?")[0]
        return next((name for name, pattern in _OPERATIONS if pattern.fullmatch(path)), None)

    @property
    def session(self) -> str | None:
        """The session that a sendMessage names."""
        match = None if self.odd else _OPERATIONS[1][1].fullmatch(self.path.partition("?")[0])
        return unquote(match["session"]) if match else None

    @property
    def label(self) -> str:
        return self.operation or f"{self.method} elsewhere"

    def header(self, name: str) -> str | None:
        return _find(((key, str(value)) for key, value in self.headers), name)


@dataclass(frozen=True, slots=True)
class Head:
    """Of a response: its status, and after how long it was there."""

    status: int
    elapsed_ns: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `status` is None where no whole HTTP response came, and `failure` says what came instead;
    `unreached` where there was not even a connection, `stale` where one that had been kept was closed before an answer:
    whether the target has read the request cannot be told then. `head` is that of a response whose content did not come
    whole; then its `headers` are there too.

    `body` is the content as it came (never decompressed), cut at the client's bound. `trailing` holds bytes that
    followed the response on the wire, seen by the bare socket only. `sent_at` is monotonic.
    """

    request: Request
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    sent_at: int = 0
    elapsed_ns: int = 0
    failure: str | None = None
    unreached: bool = False
    stale: bool = False
    head: Head | None = None
    trailing: bytes = b""
    veil: Veil = field(default_factory=lambda: Veil({}), repr=False, compare=False)

    def header(self, name: str) -> str | None:
        return _find(self.headers, name)

    def all(self, name: str) -> list[str]:
        """The values of every header of that name."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def json(self) -> Any:
        """The parsed body; None where it is no JSON."""
        return parse(self.body)[0]

    def member(self, name: str) -> Any:
        """A member of the body, None where there is none or the body is no object."""
        value = self.json
        return value.get(name) if isinstance(value, dict) else None

    def curl(self) -> str:
        """The request as a line to paste into a shell, where the key is in a variable."""
        request = self.request
        headers = [(name, str(value)) for name, value in request.headers]
        return self.veil.over(curl(request.method, request.base_url + request.path, headers, request.body))

    def shown(self) -> str:
        """The response on few lines: printable, cut, without keys."""
        if self.status is None:
            came = f"HTTP {self.head.status}, whose content did not come whole" if self.head else "no response"
            return f"{came}: {self.veil.over(self.failure or 'nothing came')}"
        kind = self.header("content-type")
        text = _printable(self.veil.over(self.body.decode("utf-8", "backslashreplace")))
        cut = text if len(text) <= SHOWN else f"{text[:SHOWN]}… ({len(self.body)} bytes)"
        return (
            f"HTTP {self.status}"
            + (f", {_printable(self.veil.over(kind))}" if kind else "")
            + (f"\n{cut}" if cut else "")
        )


def _find(headers: Any, name: str) -> str | None:
    return next((value for key, value in headers if key.lower() == name.lower()), None)


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)
