"""Why there is no answer, in few and stable words: failures are counted by their reason."""

import errno
import socket
import ssl

from harness.events import EXHAUSTED

TOO_LARGE = "the answer is too large"
# Of this machine, and not of the target: the run says nothing about it.
_SCARCE = {
    errno.EMFILE: "open files",
    errno.ENFILE: "open files",
    errno.EADDRNOTAVAIL: "local ports",
    errno.ENOBUFS: "socket buffers",
    errno.ENOMEM: "memory",
}


class AnswerFailed(Exception):
    """No whole answer came, or none that is HTTP. Its text is the reason."""


class NoConnection(TimeoutError):
    """Name, connection and handshake together took too long."""


# The first that fits. A reason says nothing of the request, and is the same each time.
_REASONS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
    (NoConnection, "no connection in time"),
    (TimeoutError, "no answer in time"),
    (ssl.SSLCertVerificationError, "TLS: the certificate is not trusted"),
    (ssl.SSLError, "TLS: the connection broke"),
    (ConnectionRefusedError, "the connection was refused"),
    (socket.gaierror, "the host's name does not resolve"),
    ((ConnectionResetError, BrokenPipeError), "the connection was closed before an answer came"),
)


def reason_of(error: BaseException) -> str:
    """Why there is no answer, in a few words."""
    if isinstance(error, AnswerFailed):
        return str(error)
    if isinstance(error, OSError) and error.errno in _SCARCE:
        return f"{EXHAUSTED} {_SCARCE[error.errno]}"
    known = (reason for kinds, reason in _REASONS if isinstance(error, kinds))
    return next(known, f"no answer: {type(error).__name__}")
