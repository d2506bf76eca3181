"""Which URL each tenant's replies go to, and which URLs may be called at all."""

import functools
import ipaddress

from yarl import URL

from harness.sandbox.config import Tenant

# What is told of a URL elsewhere, when it is registered and whenever a reply would go there.
REMOTE = "that webhook is not on this machine and is never called; --allow-remote-webhooks has it called"


def parse_webhook_url(text: str) -> URL | None:
    """An absolute http or https URL with a host, or None."""
    if any(character.isspace() or not character.isprintable() for character in text):
        return None
    try:
        url = URL(text)
        absolute = url.scheme in {"http", "https"} and bool(url.host) and url.port is not None and url.port > 0
    except ValueError:
        return None
    return url if absolute else None


@functools.lru_cache(maxsize=1024)
def is_loopback(host: str | None) -> bool:
    """Whether a host is this very machine. No name server is asked: any name but localhost counts as off it."""
    if host is None:
        return False
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.rstrip(".").lower() == "localhost"


class Webhooks:
    """The registration of each tenant: the last one wins, at once."""

    def __init__(self) -> None:
        self._urls: dict[Tenant, URL] = {}

    def register(self, tenant: Tenant, url: URL) -> None:
        self._urls[tenant] = url

    def forget(self, tenant: Tenant) -> None:
        self._urls.pop(tenant, None)

    def url_of(self, tenant: Tenant) -> URL | None:
        return self._urls.get(tenant)

    def __len__(self) -> int:
        return len(self._urls)

    def clear(self) -> None:
        self._urls.clear()
