"""The way to the target: its address, a connection, and TLS that can be trusted."""

import socket
import ssl
from datetime import UTC, datetime
from urllib.parse import SplitResult, urlsplit

from harness.doctor.finding import Finding, failed, ok
from harness.profile import LOOPBACK

NAME = "connection"
PATIENCE_S = 5.0
PORTS = {"http": 80, "https": 443}
# A certificate that ends sooner than this is worth a word: days.
SOON_DAYS = 14


def address(base_url: str) -> Finding:
    """Does the host's name resolve?"""
    parts = urlsplit(base_url)
    try:
        found = socket.getaddrinfo(parts.hostname, _port(parts), type=socket.SOCK_STREAM)
    except OSError as error:
        return failed("address", f"{parts.hostname} does not resolve ({error})", "check --base-url, DNS and the VPN")
    addresses = dict.fromkeys(str(info[4][0]) for info in found)
    return ok("address", f"{parts.hostname} is {', '.join(addresses)}")


def connection(base_url: str) -> Finding:
    """Does anything listen there, and is its certificate good?"""
    parts = urlsplit(base_url)
    try:
        with socket.create_connection((parts.hostname or "", _port(parts)), PATIENCE_S) as plain:
            if parts.scheme == "http":
                clear = "" if parts.hostname in LOOPBACK else "; without TLS, so that the key goes in clear"
                return ok(NAME, f"port {_port(parts)} takes connections{clear}")
            with ssl.create_default_context().wrap_socket(plain, server_hostname=parts.hostname) as secure:
                return _certificate(secure)
    except ssl.SSLCertVerificationError as error:
        mend = "install its certificate authority here (SSL_CERT_FILE names a bundle); the key is never sent without"
        return failed(NAME, f"its certificate is not to be trusted: {error.verify_message}", mend)
    except ssl.SSLError as error:
        mend = "does this port speak TLS at all? try http:// if not"
        return failed(NAME, f"TLS fails: {error.reason or error}", mend)
    except OSError as error:
        mend = "is the target running, and may this machine reach it (firewall, proxy, VPN)?"
        return failed(NAME, f"port {_port(parts)} does not answer: {error.strerror or error}", mend)


def _certificate(secure: ssl.SSLSocket) -> Finding:
    certificate = secure.getpeercert() or {}
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    days = (ends - datetime.now(UTC)).days
    warning = "; renew it soon" if days < SOON_DAYS else ""
    return ok(NAME, f"{secure.version()}, certificate good for {days} days{warning}")


def _port(parts: SplitResult) -> int:
    return parts.port or PORTS[parts.scheme]
