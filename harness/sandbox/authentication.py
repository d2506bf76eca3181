"""Who is asking: the bearer key of the Authorization header (RFC 6750), and nothing else."""

import hmac
from collections.abc import Iterable

from multidict import CIMultiDictProxy

from harness.sandbox.config import Tenant
from harness.sandbox.exchange import Refusal

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="messaging"'}


class Authenticator:
    """Finds the tenant that a key was issued to."""

    def __init__(self, tenants: Iterable[Tenant]) -> None:
        self._keys = [(tenant, _octets(tenant.api_key)) for tenant in tenants]

    def tenant_of(self, headers: CIMultiDictProxy[str]) -> Tenant:
        """Raises a 401 that says what is wrong with the header, but nothing about any key."""
        values = headers.getall("Authorization", ())
        if not values:
            raise _unauthorized("The Authorization header is missing. Send `Authorization: Bearer <your-api-key>`.")
        if len(values) > 1:
            raise _unauthorized("The Authorization header was sent more than once. Send it once.")
        scheme, _, credentials = values[0].partition(" ")
        if scheme.lower() != "bearer":
            raise _unauthorized("The Authorization header has another scheme. Send `Bearer <your-api-key>`.")
        if not credentials.strip():
            raise _unauthorized("The Authorization header holds no key. Send `Bearer <your-api-key>`.")
        return self._holder_of(_octets(credentials.lstrip(" ")))

    def _holder_of(self, presented: bytes) -> Tenant:
        """Compares with every key, in a time that tells nothing about any of them."""
        holder = None
        for tenant, key in self._keys:
            if hmac.compare_digest(presented, key):
                holder = tenant
        if holder is None:
            raise _unauthorized("The key was not issued here. Check it for a missing or an added character.")
        return holder


def _octets(key: str) -> bytes:
    return key.encode("utf-8", "surrogateescape")


def _unauthorized(message: str) -> Refusal:
    return Refusal(401, "unauthorized", message, headers=CHALLENGE)
