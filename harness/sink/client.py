"""Asks a running sink: its state, a fault, its end. The standard library only, so that it works in any process."""

import http.client
import json
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from harness.errors import SinkDied, UsageError
from harness.sink.address import SinkAddress
from harness.sink.faults import Fault

TIMEOUT_S = 5.0


def connect(address: SinkAddress, timeout: float = TIMEOUT_S) -> http.client.HTTPConnection:
    """A connection to the control listener, not opened yet. `timeout` holds for every wait on it, in seconds."""
    parts = urlsplit(address.control_url)
    return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)


def authorization(address: SinkAddress) -> dict[str, str]:
    return {"Authorization": f"Bearer {address.control_token.reveal()}"}


class SinkClient:
    """One request each. All raise SinkDied where the sink does not answer, and UsageError where it refuses."""

    def __init__(self, address: SinkAddress) -> None:
        self._address = address

    def status(self) -> dict[str, Any]:
        """received, rejected (by reason), lag (ms), connections, subscribers, faults_pending, uptime_s, url, hung_up.

        Among the reasons: `token` (a URL that is none of the sink's), `method` (one that is, but not by POST).
        `hung_up` tells by session after how many seconds its sender gave up waiting for an answer that was delayed.
        """
        return self._ask("GET", "/status")

    def fault(self, fault: Fault) -> None:
        self._ask("POST", "/faults", asdict(fault))

    def relent(self) -> None:
        """Drops every fault that is still to happen. A delay that has begun goes on."""
        self._ask("POST", "/relent")

    def open(self, name: str, suffix: str = "") -> str:
        """A further URL of the sink, as the target reaches it: its arrivals have `name` for their endpoint.

        It ends in `suffix`, exactly: "/Deep/Path/", "?a=1&b=%2F". The same name gives the same URL again.
        """
        url: str = self._ask("POST", "/endpoints", {"name": name, "suffix": suffix})["url"]
        return url

    def stop(self) -> None:
        self._ask("POST", "/stop")

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        connection = connect(self._address)
        try:
            data = None if body is None else json.dumps(body).encode()
            connection.request(method, path, data, authorization(self._address))
            response = connection.getresponse()
            answer: dict[str, Any] = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise SinkDied(f"the webhook sink does not answer: {error or type(error).__name__}") from None
        finally:
            connection.close()
        if response.status != 200:
            raise UsageError(f"the webhook sink refused {path}: {answer.get('error', response.status)}")
        return answer
