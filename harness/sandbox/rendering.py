"""From an answer to the bytes that go to the socket."""

import json
from collections.abc import Mapping

from aiohttp import web

from harness.sandbox.exchange import AS_USUAL, Answer, Wire

SERVER = "messaging-sandbox"


def response_of(answer: Answer, headers: Mapping[str, str]) -> web.Response:
    """aiohttp's form of it. The answer's own headers win over those given."""
    wire = answer.wire
    body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body, indent=wire.indent).encode()
    all_headers = {"Content-Type": answer.content_type, "Server": SERVER, **headers, **answer.headers}
    if wire is AS_USUAL:
        return web.Response(status=answer.status, body=body, headers=all_headers)
    return _unusual(answer.status, body, all_headers, wire)


def _unusual(status: int, body: bytes, headers: dict[str, str], wire: Wire) -> web.Response:
    if wire.missing_bytes:
        headers["Content-Length"] = str(len(body) + wire.missing_bytes)
    response = _Followed(wire.trailing, status=status, body=body, headers=headers)
    if wire.chunked:
        response.enable_chunked_encoding()
    if wire.closes or wire.missing_bytes:  # who waits for the missing bytes learns that they will not come
        response.force_close()
    return response


class _Followed(web.Response):
    """A response with bytes behind its end."""

    def __init__(self, trailing: bytes, *, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        super().__init__(status=status, body=body, headers=headers)
        self._trailing = trailing

    async def write_eof(self, data: bytes = b"") -> None:
        transport = self._req.transport if self._req else None
        await super().write_eof(data)
        if self._trailing and transport is not None:
            transport.write(self._trailing)
