"""Anybody may do anything: authentication is switched off."""

from harness.sandbox.config import Tenant
from harness.sandbox.exchange import Exchange
from harness.sandbox.faults.base import Fault


class AuthOff(Fault):
    name = "auth-off"
    summary = "a request without a key, or with a wrong one, is served as if it were the first tenant's"

    def on_unauthorized(self, exchange: Exchange) -> Tenant | None:
        return self.services.config.tenants[0]
