"""How a customer's requests travel: TLS that is verified, and the names of what can go wrong on the way."""

import functools
import socket
import ssl

from gevent.ssl import SSLContext, create_default_context
from geventhttpclient.response import HTTPConnectionClosed, HTTPParseError


@functools.cache
def shared_tls(cafile: str | None = None) -> SSLContext:
    """One verifying context for all customers: one for each would cost 900 kB a customer."""
    return create_default_context(cafile=cafile)


# The first that fits. A reason says nothing of the request, and is the same each time, since reasons are counted.
_REASONS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
    (TimeoutError, "no answer in time"),
    (ssl.SSLCertVerificationError, "TLS: the certificate is not trusted"),
    (ssl.SSLError, "TLS: the connection broke"),
    (ConnectionRefusedError, "the connection was refused"),
    (socket.gaierror, "the host's name does not resolve"),
    ((HTTPConnectionClosed, ConnectionResetError, BrokenPipeError), "the connection was closed before an answer came"),
    (HTTPParseError, "the answer is no HTTP"),
)


def reason_of(error: BaseException) -> str:
    """Why there is no answer, in a few words."""
    cause = getattr(error, "original", None) or error
    known = (reason for kinds, reason in _REASONS if isinstance(cause, kinds))
    return next(known, f"no answer: {type(cause).__name__}")
