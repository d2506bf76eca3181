"""The target of a command: the endpoint that it was given, or else a sandbox of its own for as long as it runs."""

import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from harness.cli.options import names_a_target, profile_from
from harness.errors import ChildDied
from harness.processes.child import Child
from harness.processes.module import module
from harness.profile import Profile
from harness.secret import Redactor, Secret


@dataclass(frozen=True, slots=True)
class Target:
    """`watch` is called now and then while the target is in use; it raises ChildDied when an embedded
    sandbox is gone."""

    profile: Profile
    embedded: bool
    watch: Callable[[], None]


@contextmanager
def target(flags: Mapping[str, Any], session_ttl: float | None = None, options: Sequence[str] = ()) -> Iterator[Target]:
    """The target for the block. `session_ttl`, in seconds, and `options` are given to an embedded sandbox."""
    if names_a_target(flags):
        yield Target(profile_from(flags), embedded=False, watch=lambda: None)
        return
    expiry = [] if session_ttl is None else ["--session-ttl", str(session_ttl)]
    with embedded(flags, *expiry, *options, session_ttl=session_ttl) as (where, _):
        yield where


@contextmanager
def embedded(
    flags: Mapping[str, Any], *options: str, session_ttl: float | None = None
) -> Iterator[tuple[Target, Child]]:
    """A sandbox of our own with these options of `harness sandbox`, as a target and as a process."""
    tenants = [{"client_id": secrets.token_hex(16), "api_key": secrets.token_urlsafe(24)} for _ in range(2)]
    with _sandbox(tenants, *options) as sandbox:
        variables = {
            "HARNESS_BASE_URL": sandbox.announcement()["base_url"],
            "HARNESS_CLIENT_ID": tenants[0]["client_id"],
            "HARNESS_API_KEY": tenants[0]["api_key"],
            "HARNESS_OTHER_CLIENT_ID": tenants[1]["client_id"],
            "HARNESS_OTHER_API_KEY": tenants[1]["api_key"],
            "HARNESS_EMBEDDED": "true",
            "HARNESS_PUBLIC_URL": "",
            "HARNESS_SESSION_TTL": "" if session_ttl is None else str(session_ttl),
            "HARNESS_HANDOVER_PHRASES": "speak to a human",
        }

        def watch() -> None:
            if sandbox.exit_code is not None:
                raise ChildDied(f"the embedded sandbox is gone ({sandbox.obituary()})\n{sandbox.last_words}".rstrip())

        yield Target(profile_from(flags, variables), embedded=True, watch=watch), sandbox


def _sandbox(tenants: list[dict[str, str]], *options: str) -> Child:
    argv = module("harness", "sandbox", "--announce", "--lifeline", "--quiet", "--port", "0", *options)
    keys = [Secret(tenant["api_key"]) for tenant in tenants]
    environment = {"HARNESS_SANDBOX_TENANTS": json.dumps(tenants)}
    return Child("sandbox", argv, environment=environment, redactor=Redactor(*keys))
