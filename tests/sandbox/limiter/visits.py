"""What the tests over HTTP ask of a limited sandbox."""

import json
from typing import Any

from tests.sandbox.process import KEY
from tests.sandbox.site import Site

# Long enough that a window of the clock does not end in the middle of a test.
LONG = "window=300d"
ONE, TWO, THREE = (f"sliding-log limit={limit} {LONG}" for limit in (1, 2, 3))


async def statuses(site: Site, times: int = 3, session_id: str = "unknown", key: str | None = KEY) -> list[int]:
    """Of so many messages, by default to a session that there is not: it costs nothing but the quota."""
    return [(await site.send(session_id, key=key)).status for _ in range(times)]


async def log(site: Site) -> list[dict[str, Any]]:
    """The ground truth of every request so far."""
    async with site.http.get(f"{site.sandbox.control_url}/log") as answer:
        entries = [json.loads(line) for line in (await answer.text()).splitlines()]
    return [entry for entry in entries if entry["kind"] == "request"]


async def set_limiters(site: Site, *limiters: Any) -> tuple[int, dict[str, Any]]:
    async with site.http.post(f"{site.sandbox.control_url}/limiters", json={"limiters": limiters}) as answer:
        return answer.status, await answer.json()
