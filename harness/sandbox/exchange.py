"""One request and its answer, as the rest of the sandbox passes them around. No behaviour lives here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from multidict import CIMultiDictProxy

from harness.sandbox.config import Tenant
from harness.sandbox.limiter.ruling import Ruling
from harness.sandbox.replies import Reply
from harness.sandbox.sessions import Session

# The one error code that the API's document names.
SESSION_NOT_FOUND = "session_not_found"


@dataclass(slots=True)
class Exchange:
    """What is known of a request, filled in as it is understood."""

    method: str
    path: str  # as it came, without the query
    headers: CIMultiDictProxy[str]
    received_ns: int  # when the bytes that completed it were read
    query: str = ""
    operation: str | None = None  # createSession, sendMessage, registerWebhook
    path_session_id: str = ""  # decoded
    tenant: Tenant | None = None
    body: dict[str, Any] = field(default_factory=dict)
    session: Session | None = None
    replies: list[Reply] = field(default_factory=list)
    asked_for: str | None = None  # the magic value in it
    answer_headers: dict[str, str] = field(default_factory=dict)  # for the answer, whatever it will be
    body_packets: int = 1  # that the body came in
    raw_headers: Sequence[tuple[bytes, bytes]] = ()  # names and values as they came
    address: str | None = None  # that the connection comes from
    rulings: list[Ruling] = field(default_factory=list)  # of the limiter's layers that were asked, in order


@dataclass(frozen=True, slots=True)
class Wire:
    """How an answer goes to the socket, where that is not as usual."""

    indent: int | None = None  # of its JSON
    chunked: bool = False  # instead of a length
    closes: bool = False  # the connection, after it
    drops: bool = False  # the connection, in its place
    missing_bytes: int = 0  # its length promises so many more than come
    trailing: bytes = b""  # that nobody asked for, behind it


AS_USUAL = Wire()


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back. `note` is for the log only and may speak of what was sent; the body never quotes it."""

    status: int
    body: Mapping[str, Any] | bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    delay_s: float = 0.0
    note: str = ""
    wire: Wire = AS_USUAL

    @property
    def outcome(self) -> str:
        """accepted, limited, refused or failed."""
        if self.status < 300:
            return "accepted"
        if self.status == 429:
            return "limited"
        return "refused" if self.status < 500 else "failed"

    @property
    def error_code(self) -> str | None:
        return self.body.get("errorCode") if isinstance(self.body, Mapping) else None


class Refusal(Exception):
    """Raised wherever a request cannot be met; becomes the answer in the usual error form.

    `message` goes to the client and holds nothing of what it sent; `note` is added to it in the log.
    """

    def __init__(
        self, status: int, code: str, message: str, *, note: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.note = note
        self.headers = headers or {}

    def answer(self) -> Answer:
        body: dict[str, Any] = {"status": self.status, "errorCode": self.code}
        if self.code != SESSION_NOT_FOUND:  # the document shows that one whole, without a message
            body["message"] = self.message
        return Answer(self.status, body, self.headers, note=f"{self.message} {self.note}".rstrip())


def session_not_found(note: str = "") -> Refusal:
    """For an id that was never given out, is another tenant's, or has expired: from outside they look the same."""
    message = "There is no such session, or it has expired. Create a new one and send the message there."
    return Refusal(404, SESSION_NOT_FOUND, message, note=note)
