"""The requests of a load run as bytes. All but path and body is made once."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from harness.client.source_system import AGENT
from harness.profile import Profile

# An answer is never inflated: what it says is how much memory it takes.
_HEAD = "Host: {host}\r\nUser-Agent: {agent}\r\nAuthorization: Bearer {key}\r\nAccept-Encoding: identity\r\n"
_text = json.encoder.encode_basestring
_TYPE = "Content-Type: application/json\r\nContent-Length: "


class Requests:
    """Makes POSTs with the tenant's key. A JSON body goes out as UTF-8."""

    def __init__(self, profile: Profile) -> None:
        url = urlsplit(profile.base_url)
        host = url.netloc.rpartition("@")[2].encode("idna" if not url.netloc.isascii() else "ascii").decode()
        head = _HEAD.format(host=host, agent=AGENT, key=profile.api_key.reveal())
        self._before = f"POST {url.path.rstrip('/')}".encode("ascii")
        self._between = f" HTTP/1.1\r\n{head}{_TYPE}".encode("latin-1")

    def message(self, path: str, content: str) -> bytes:
        """The same as `post` of a body with this content, in less time: most requests of a load run are this one."""
        return self._made(path, f'{{"content": {_text(content)}}}'.encode())

    def post(self, path: str, body: Mapping[str, Any]) -> bytes:
        """`path` is relative to the base URL, and quoted already."""
        return self._made(path, json.dumps(body, ensure_ascii=False).encode())

    def _made(self, path: str, content: bytes) -> bytes:
        return b"%b%b%b%d\r\n\r\n%b" % (self._before, path.encode("ascii"), self._between, len(content), content)
