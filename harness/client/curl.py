"""A request as a line for the shell. Pure. Variables that hold keys stay variables, for the shell to fill in."""

import re
import shlex
from collections.abc import Iterable

# What curl sends by itself; naming it again would only be noise.
_OWN = frozenset({"host", "content-length", "connection", "accept", "accept-encoding", "user-agent"})
_VARIABLE = re.compile(r"\$\{?HARNESS_[A-Z_]*API_KEY[^}\s\"]*\}?")
# A body beyond this is cut: bytes. The line is then a sketch, and says so.
LONGEST_BODY = 20_000


def curl(method: str, url: str, headers: Iterable[tuple[str, str]], body: bytes) -> str:
    """`curl` with every header that it would not send by itself, and the body byte for byte."""
    words = ["curl", "-i", "-X", method, "--path-as-is", quote(url)]
    for name, value in headers:
        if name.lower() not in _OWN:
            words += ["-H", quote(f"{name}: {value}" if value else f"{name};")]
    if not body:
        return " ".join(words)
    note = "" if len(body) <= LONGEST_BODY else f"  # the body is cut: it has {len(body)} bytes"
    body = body[:LONGEST_BODY]
    text = _plain(body)
    if text is not None:
        return " ".join([*words, "--data-binary", quote(text)]) + note
    return f"printf '%b' {shlex.quote(_escaped(body))} | " + " ".join([*words, "--data-binary", "@-"]) + note


def quote(text: str) -> str:
    """Quoted for the shell, all but the variables that hold keys."""
    if not _VARIABLE.search(text):
        return shlex.quote(text)
    quoted, end = '"', 0
    for match in _VARIABLE.finditer(text):
        quoted += _in_double(text[end : match.start()]) + match[0]
        end = match.end()
    return quoted + _in_double(text[end:]) + '"'


def _in_double(text: str) -> str:
    return re.sub(r'([\\"$`])', r"\\\1", text)


def _plain(body: bytes) -> str | None:
    """The body as text, where it can stand in a line of a terminal as it is; curl reads a leading @ as a file."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() and not text.startswith("@") else None


def _escaped(body: bytes) -> str:
    return "".join(chr(b) if 32 <= b < 127 and b != ord("\\") else f"\\0{b:03o}" for b in body)
