"""The tenants of a sandbox, from the environment: a key on the command line would be in the process list."""

import json
from collections.abc import Mapping

from harness.sandbox.config import DEVELOPMENT_TENANTS, Tenant

VARIABLE = "HARNESS_SANDBOX_TENANTS"


def tenants_from(environment: Mapping[str, str]) -> tuple[Tenant, ...]:
    """Those that the variable lists as JSON, or the development defaults. Raises ValueError, without quoting a key."""
    text = environment.get(VARIABLE)
    if not text:
        return DEVELOPMENT_TENANTS
    try:
        tenants = tuple(Tenant(entry["client_id"], entry["api_key"]) for entry in json.loads(text))
    except (ValueError, TypeError, KeyError):
        raise ValueError(f'{VARIABLE} must be JSON: [{{"client_id": "...", "api_key": "..."}}, ...]') from None
    _check(tenants)
    return tenants


def _check(tenants: tuple[Tenant, ...]) -> None:
    if not tenants:
        raise ValueError(f"{VARIABLE} lists no tenant")
    for values in ([tenant.client_id for tenant in tenants], [tenant.api_key for tenant in tenants]):
        if not all(isinstance(value, str) and value.strip() for value in values):
            raise ValueError(f"{VARIABLE}: each client_id and api_key must be a string that is not blank")
        if len(set(values)) < len(values):
            raise ValueError(f"{VARIABLE}: no two tenants may share a client_id or an api_key")
