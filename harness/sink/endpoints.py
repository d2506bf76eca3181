"""The URLs of the sink: the one that is announced, and those that were opened while it runs. Each is unguessable."""

import hmac
import secrets

from harness.errors import UsageError

TOKEN_BYTES = 24
# How many may be opened, and how long the parts of one may be: characters.
MOST = 64
LONGEST_NAME = 64
LONGEST_SUFFIX = 1024
# The announced one's name.
HOME = ""


class Endpoints:
    """Which request target is which endpoint. `prefix` is the path of the public URL, without a slash at its end.

    A proxy in front of the public URL may hand on that URL's own path, or take it off: both are known.
    """

    def __init__(self, prefix: str = "", token: str | None = None) -> None:
        """`token` is that of the announced one, where somebody else chose it."""
        self._prefix = prefix
        self._open: dict[str, tuple[str, str]] = {}  # by name: the suffix that was asked for, and the path
        self._targets: list[tuple[bytes, str]] = []
        self.home = self._add(HOME, "", token)

    def open(self, name: str, suffix: str = "") -> str:
        """The path of the endpoint `name`, which ends in `suffix`; the same one again where it is open already.

        Raises UsageError, in words, for one that cannot be.
        """
        complaint = _complaint(name, suffix)
        if complaint:
            raise UsageError(complaint)
        asked, path = self._open.get(name, (suffix, ""))
        if asked != suffix:
            raise UsageError(f"the endpoint {name!r} is open with another suffix")
        if not path and len(self._open) > MOST:
            raise UsageError(f"{MOST} endpoints are open already")
        return path or self._add(name, suffix)

    def name_of(self, target: bytes) -> str | None:
        """The endpoint that a request target names exactly, compared in constant time; None where it is none."""
        for known, name in self._targets:
            if hmac.compare_digest(target, known):
                return name
        return None

    def _add(self, name: str, suffix: str, token: str | None = None) -> str:
        path = f"/{token or secrets.token_urlsafe(TOKEN_BYTES)}{suffix}"
        self._open[name] = suffix, path
        self._targets += [(target.encode(), name) for target in dict.fromkeys((path, self._prefix + path))]
        return path


def _complaint(name: object, suffix: object) -> str | None:
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        return f"an endpoint's name takes 1 to {LONGEST_NAME} printable characters"
    if not isinstance(suffix, str) or len(suffix) > LONGEST_SUFFIX:
        return f"an endpoint's suffix takes a text of at most {LONGEST_SUFFIX} characters"
    if suffix and suffix[0] not in "/?":
        return "an endpoint's suffix begins with / or ?"
    if not suffix.isascii() or not suffix.isprintable() or " " in suffix or "#" in suffix:
        return "an endpoint's suffix takes what can stand in a request target: printable ASCII without space and #"
    return None
