"""How a member speaks to the master: one HTTP request each, on a connection that is kept."""

import json
from typing import Any

import httpx

from harness import __version__
from harness.errors import CouldNotRun, UsageError
from harness.secret import Secret

TIMEOUT_S = 5.0


class Master:
    """`url` is where the master listens. All but `join` raise OSError where it does not answer."""

    def __init__(self, url: str, token: Secret) -> None:
        self.url = url
        headers = {"Authorization": f"Bearer {token.reveal()}"}
        try:
            self._client = httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT_S, trust_env=False)
        except (httpx.InvalidURL, ValueError) as error:
            raise UsageError(f"--worker {url}: {error}; it takes the URL that the master shows") from None
        self._members = "/members"

    def join(self, host: str) -> dict[str, Any]:
        """What every member is told; see `harness.load.remote.invitation`. Raises UsageError where it is turned away,
        and CouldNotRun where nobody is there."""
        try:
            answer = self._client.post("/members", json={"host": host, "version": __version__})
        except httpx.HTTPError as error:
            raise CouldNotRun(f"no master at {self.url}: {error or type(error).__name__}") from None
        try:
            said = answer.json()
            if answer.status_code == 200:
                self._members = f"/members/{int(said['ticket'])}"
                return dict(said)
            complaint = said["error"]
        except (ValueError, KeyError, TypeError):
            raise CouldNotRun(f"{self.url} is no master of ours: HTTP {answer.status_code}") from None
        raise UsageError(f"the master at {self.url} turned this worker away: {complaint}")

    def tell(self, clock: tuple[int, int] | None) -> dict[str, Any]:
        """A sign of life. {"go", "leave"}: whether to begin, and whether to end."""
        return self._post(self._members, content=json.dumps({"clock": clock}).encode())

    def deliver(self, start: int, lines: bytes) -> int:
        """A piece of the journal, and where it belongs. How many bytes the master has by now."""
        return int(self._post(f"{self._members}/journal?from={start}", content=lines)["size"])

    def end(self, exit_code: int, how: str, last_words: str) -> None:
        said = {"exit_code": exit_code, "how": how, "last_words": last_words}
        self._post(f"{self._members}/end", content=json.dumps(said).encode())

    def close(self) -> None:
        self._client.close()

    def _post(self, path: str, content: bytes) -> dict[str, Any]:
        try:
            answer = self._client.post(path, content=content)
            answer.raise_for_status()
            return dict(answer.json())
        except (httpx.HTTPError, ValueError) as error:
            raise OSError(str(error) or type(error).__name__) from None
