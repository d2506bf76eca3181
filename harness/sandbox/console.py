"""The log for people: one line a request and one a webhook call, with what was wrong and what to do about it."""

import contextlib
from collections.abc import Sequence
from datetime import datetime
from typing import TextIO

from yarl import URL

LONGEST = 100  # characters of anything that somebody else wrote


class Console:
    """Writes lines to a stream, or nowhere. No line ever has an API key in it."""

    def __init__(self, stream: TextIO | None, keys: Sequence[str] = ()) -> None:
        """Without a stream it is silent."""
        self._stream = stream
        self._keys = sorted(keys, key=len, reverse=True)

    @property
    def silent(self) -> bool:
        return self._stream is None

    def line(self, text: str) -> None:
        """One line, with the local time of day before it."""
        if self._stream is None:
            return
        now = datetime.now().astimezone()
        try:
            self._stream.write(f"{now:%H:%M:%S}.{now.microsecond // 1000:03d}  {self.clean(text)}\n")
            self._stream.flush()
        except (OSError, ValueError):  # nobody reads any more
            self._stream = None

    def request(self, method: str, path: str, status: int, note: str) -> None:
        if self._stream is not None:
            self.line(f"{shown(method)} {shown(path)}  {status}  {note}".rstrip())

    def delivery(self, url: URL | None, outcome: str) -> None:
        if self._stream is not None:
            self.line(f"-> {address(url)}  {outcome}")

    def clean(self, text: str) -> str:
        """The text without any API key in it, in one line."""
        for key in self._keys:
            text = text.replace(key, "[api key]")
        return text.replace("\n", "\\n").replace("\r", "\\r")


def shown(text: str) -> str:
    """Text that somebody sent, safe on a terminal: printable ASCII only, and not too long."""
    safe = text[:LONGEST].encode("unicode_escape").decode("ascii")
    return safe[:LONGEST] + ("..." if len(text) > LONGEST else "")


def address(url: URL | None) -> str:
    """Where a webhook goes, without what may be secret in it: user, password and query."""
    if url is None:
        return "(no webhook)"
    with contextlib.suppress(ValueError):
        url = url.with_user(None)
    return shown(str(url.with_query(None).with_fragment(None)))
