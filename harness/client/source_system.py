"""The source system: one tenant's client of the Messaging API.

Every request of the gate goes through here, so this is where all of them are paced, where a 429 is waited out and
sent again, and where whoever observes the traffic sees it.
"""

import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote

from harness import __version__
from harness.client import wire
from harness.client.exchange import Answer, Header, Request
from harness.client.pacer import IN_VAIN_S, Ceiling, Pacer
from harness.client.retry_after import seconds
from harness.client.transport import Transport
from harness.client.veil import MAIN, OTHER, Veil, Veiled
from harness.profile import Profile

AGENT = f"harness/{__version__}"
JSON = "application/json"
# How often a limited request is sent in all. A target that still says 429 then means it.
TRIES = 6
SHUT_OUT = f"it was not sent: the target has let nothing in for {IN_VAIN_S:g} s of waiting, and answers 429 to all"

Observer = Callable[[Answer], None]
Key = Literal["own"] | Veiled | str | None


class SourceSystem:
    """One tenant. Thread-safe. Answers are returned, never raised, also where none came."""

    def __init__(
        self,
        profile: Profile,
        ceiling: Ceiling | None = None,
        *,
        other: bool = False,
        source_address: str | None = None,
        resends: bool = True,
    ) -> None:
        """`other` makes it the second tenant of the profile. `ceiling` is shared by all clients of a process.
        `source_address` is one of this machine's to send from. One that `resends` sends a request a second time where
        the connection had been closed; otherwise its answer is stale."""
        secret = profile.other_api_key if other else profile.api_key
        client_id = profile.other_client_id if other else profile.client_id
        assert secret is not None
        assert client_id is not None
        self.client_id = client_id
        self.key = Veiled(f"Bearer {secret.reveal()}", f"Bearer {OTHER if other else MAIN}")
        self.base_url = profile.base_url
        self._veil = Veil.of(profile)
        self._pacer = Pacer(ceiling or Ceiling(profile.max_rate))
        before_resending = self._pacer.turn if resends else None
        self._transport = Transport(profile.base_url, self._veil, before_resending, source_address)
        self._observers: list[Observer] = []
        self._patient = True

    def observe(self, observer: Observer) -> None:
        """Has it called with each answer, 429s included, in the thread that asked."""
        self._observers.append(observer)

    def create_session(self, customer: Any, source: Any = "sms", **options: Any) -> Answer:
        body = {"clientId": self.client_id, "source": source, "customer": customer}
        return self.post("/v1/sessions", body, **options)

    def send_message(self, session: str, content: Any, **options: Any) -> Answer:
        return self.post(messages_path(session), {"content": content}, **options)

    def register_webhook(self, url: Any, event: Any = "message", **options: Any) -> Answer:
        return self.post("/v1/webhooks", {"url": url, "event": event}, **options)

    def post(self, path: str, body: Any, **options: Any) -> Answer:
        """POST with `body` as JSON. For `options` see `request`."""
        return self.request("POST", path, content=encode(body), **options)

    def request(
        self,
        method: str,
        path: str,
        *,
        key: Key = "own",
        headers: Mapping[str, str] | Sequence[Header] = (),
        content: bytes = b"",
        content_type: str | None = JSON,
        hurried: bool = False,
        odd: bool = False,
        end_s: float = math.inf,
    ) -> Answer:
        """Any request. `key` is the Authorization header's whole value: this tenant's own, another, or None for none.
        `headers` come in addition, or in the place of those that are usually sent. `odd` is as in Request.

        A 429 is waited out and the request sent again. Not so where it is `hurried`: then it goes out as soon as the
        ceiling allows, however limited we are, and a 429 is its answer. At `end_s` (monotonic) an exchange is given up.
        """
        own: list[Header] = [("User-Agent", AGENT), ("Accept", JSON), ("Accept-Encoding", "identity")]
        if key is not None:
            own.append(("Authorization", self.key if key == "own" else key))
        if content_type is not None and (content or method == "POST"):
            own.append(("Content-Type", content_type))
        extra = list(headers.items() if isinstance(headers, Mapping) else headers)
        given = {name.lower() for name, _ in extra}
        usual = (header for header in own if header[0].lower() not in given)
        made = Request(method, path, (*usual, *extra), content, self.base_url, odd)
        return self._paced(made, lambda sent: self._transport.send(sent, end_s), hurried=hurried)

    def raw(self, request: Request, pieces: Sequence[bytes] | None = None) -> Answer:
        """Over a socket of its own, byte for byte: the request as it is, or pieces that amount to it."""
        written = [wire.serialise(request)] if pieces is None else pieces
        return self._paced(request, lambda sent: wire.exchange(sent, written, self._veil))

    def raw_in_turn(self, *requests: Request) -> list[Answer]:
        """Over one bare socket, one after the other, as long as it is kept. Not tried again where it is limited."""
        sent = [self._pacer.turn() for _ in requests][-1]
        answers = wire.in_turn(requests, self._veil)
        for answer in answers:
            self._note(answer, sent)
        return answers

    def resend(self, request: Request) -> Answer:
        """The same request again, its headers and bytes unchanged."""
        return self._paced(request, self._transport.send)

    def made(
        self, path: str, headers: Sequence[Header], body: bytes, *, method: str = "POST", odd: bool = False
    ) -> Request:
        """A request for `raw`, with just these headers."""
        return Request(method, path, tuple(headers), body, self.base_url, odd)

    def holds_key(self, text: str) -> bool:
        """Whether a key of ours stands in the text."""
        return self._veil.holds_key(text)

    def close(self) -> None:
        self._transport.close()

    def _paced(self, request: Request, send: Callable[[Request], Answer], *, hurried: bool = False) -> Answer:
        tries = TRIES if self._patient and not hurried else 1
        for left in reversed(range(tries)):
            if not hurried and self._pacer.shut_out():
                return Answer(request, sent_at=time.monotonic_ns(), failure=SHUT_OUT, unreached=True, veil=self._veil)
            sent = self._pacer.turn(hurried=hurried)
            answer = send(request)
            self._note(answer, sent, hurried=hurried)
            if answer.status != 429:
                return answer
            if not left and not hurried:
                self._patient = False  # it limits whatever we do: from now on its 429 is taken as its answer
        return answer

    def _note(self, answer: Answer, sent_s: float, *, hurried: bool = False) -> None:
        """Tells the observers, and the pacer what became of the request that it let go at `sent_s`."""
        for observer in self._observers:
            observer(answer)
        if answer.status == 429:
            told_s = seconds(answer.header("retry-after"), datetime.now(UTC))
            self._pacer.limited(sent_s, told_s, hurried=hurried)
        else:
            self._pacer.bore(sent_s, hurried=hurried)


def messages_path(session: str) -> str:
    """Where a session's messages go. An id is an opaque string: whatever a path cannot hold of it is escaped."""
    return raw_messages_path(quote(session, safe="", errors="replace"))


def raw_messages_path(segment: str) -> str:
    """The same with just this in the id's place, be it one or not."""
    return f"/v1/sessions/{segment}/messages"


def encode(body: Any) -> bytes:
    """JSON in UTF-8, as people's text is mostly sent; a lone surrogate, which UTF-8 does not have, as an escape."""
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace")
