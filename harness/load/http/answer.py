"""Reads HTTP answers off a stream of bytes: framing by llhttp, bounds by us."""

from dataclasses import dataclass, field

import httptools

from harness.load.http.failure import TOO_LARGE, AnswerFailed

# No answer of this API comes near: bytes.
LARGEST_HEAD = 64 * 1024
LARGEST_BODY = 1024 * 1024
# With the framing of chunks and trailers, however small the chunks are.
LARGEST_WHOLE = LARGEST_HEAD + 8 * LARGEST_BODY
# Statuses whose answers have no body, whatever their headers say (RFC 9112, 6.3).
BODILESS = (204, 304)
SWITCHING = 101


@dataclass(slots=True)
class Answer:
    """One answer. `headers` are as they came; `body` is what it was framed to be, never decompressed.

    `reusable` is whether the connection may carry another request.
    """

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    reusable: bool = False

    def header(self, name: bytes) -> str | None:
        """The first of that name, which is given in lower case."""
        return next((value.decode("latin-1") for key, value in self.headers if key.lower() == name), None)


class AnswerReader:
    """Takes what one connection receives. Interim answers (1xx) are passed over."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._begin()

    def _begin(self) -> None:
        self._answer = Answer()
        self._body: list[bytes] = []
        self._fed = self._length = 0
        self._headed = self._complete = False

    def feed(self, data: bytes) -> Answer | None:
        """The answer, once it is whole. Raises AnswerFailed for bytes that are no HTTP, and for too many of them."""
        self._fed += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            raise AnswerFailed(f"HTTP {SWITCHING}, and nobody asked for it") from None
        except httptools.HttpParserError:
            if not self._complete:
                raise AnswerFailed("the answer is no HTTP") from None
            self._answer.reusable = False  # what is no HTTP came after it
        if self._fed > (LARGEST_WHOLE if self._headed else LARGEST_HEAD) or self._length > LARGEST_BODY:
            raise AnswerFailed(TOO_LARGE)
        return self._taken() if self._complete else None

    def end(self) -> Answer:
        """The answer that the end of the connection completes. Raises AnswerFailed where it cuts one short."""
        if self._headed and not self._framed():
            self._answer.reusable = False
            return self._taken()
        if self._fed:
            raise AnswerFailed("the answer was cut short")
        raise ConnectionResetError

    def _taken(self) -> Answer:
        answer = self._answer
        answer.body = b"".join(self._body)
        self._begin()
        return answer

    def _framed(self) -> bool:
        """Whether the answer says itself where it ends, rather than by the end of the connection."""
        return self._answer.status in BODILESS or any(
            _frames(name.lower(), value) for name, value in self._answer.headers
        )

    # What the parser calls.

    def on_message_begin(self) -> None:
        if self._complete:  # a second answer to one request
            self._answer.reusable = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._complete or self._headed:  # behind the body: a trailer
            return
        self._answer.headers.append((name, value))

    def on_headers_complete(self) -> None:
        if self._complete:
            return
        status = self._parser.get_status_code()
        self._headed = status >= 200 or status == SWITCHING
        self._answer.status = status

    def on_body(self, body: bytes) -> None:
        if not self._complete:
            self._length += len(body)
            if self._length <= LARGEST_BODY:
                self._body.append(body)

    def on_message_complete(self) -> None:
        if self._complete:
            return
        if not self._headed:  # an interim answer: the real one is still to come
            self._answer.headers.clear()
            return
        self._answer.reusable = self._parser.should_keep_alive()
        self._complete = True


def _frames(name: bytes, value: bytes) -> bool:
    chunked = name == b"transfer-encoding" and value.lower().rstrip().endswith(b"chunked")
    return chunked or name == b"content-length"
