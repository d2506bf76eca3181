"""The target and how to treat it: one frozen record, resolved from flags, the environment and harness.toml.

Pure: `resolve` takes all three as data. A flag beats the environment, which beats the profile. Every value is checked
here, once, and every complaint names the option, where the value came from, and what it takes.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from harness import values
from harness.errors import UsageError
from harness.objective import Objective
from harness.secret import Redactor, Secret
from harness.values import Budget

LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Profile:
    """One target. Times in seconds, rates a second; None means: not known, or no such bound."""

    base_url: str
    client_id: str
    api_key: Secret
    other_client_id: str | None = None
    other_api_key: Secret | None = None
    public_url: str | None = None
    sink_listen: tuple[str, int] = ("127.0.0.1", 0)
    session_ttl: float | None = None
    reply_timeout: float = 10.0
    max_rate: float | None = None
    handover_phrases: tuple[str, ...] = ()
    objectives: tuple[Objective, ...] = ()
    seed: int = 0
    strict: bool = False
    budget: Budget = "standard"
    # The file of failures that are known of; None: the one in the current folder, where there is one.
    known_failures: str | None = None
    # The target is a sandbox that the command itself started, at an address that is gone when it ends.
    embedded: bool = False

    @property
    def has_other_tenant(self) -> bool:
        return self.other_api_key is not None and self.other_client_id is not None

    @property
    def redactor(self) -> Redactor:
        return Redactor(self.api_key, self.other_api_key)

    def described(self) -> dict[str, Any]:
        """What a report may say of the target: everything but the secrets."""
        return {
            "base_url": self.base_url,
            "embedded": self.embedded,
            "client_id": self.client_id,
            "other_client_id": self.other_client_id,
            "public_url": self.public_url,
            "session_ttl": self.session_ttl,
            "reply_timeout": self.reply_timeout,
            "max_rate": self.max_rate,
        }


@dataclass(frozen=True, slots=True)
class _Option:
    """One setting: its name in the profile and on the command line, and how a value of it is read."""

    name: str
    read: Callable[[Any], Any]
    secret: bool = False
    one_by_one: str | None = None  # the flag, where it takes one of several at a time

    @property
    def variable(self) -> str:
        return f"HARNESS_{self.name.upper()}"

    @property
    def flag(self) -> str:
        return self.one_by_one or f"--{self.name.replace('_', '-')}"


def resolve(flags: Mapping[str, Any], environment: Mapping[str, str], table: Mapping[str, Any]) -> Profile:
    """The profile of a run. `table` is one profile of harness.toml, with any `api_key_file` already read.

    Raises UsageError for a value that cannot be, for an unknown key in `table`, and for a missing one that is needed.
    """
    unknown = set(table) - {option.name for option in _OPTIONS}
    if unknown:
        known = ", ".join(f"{option.name}_file" if option.secret else option.name for option in _OPTIONS)
        raise UsageError(f"harness.toml: unknown key {min(unknown)!r}; a profile takes {known}")
    settings: dict[str, Any] = {}
    for option in _OPTIONS:
        value, origin = _find(option, flags, environment, table)
        if value is not None:
            settings[option.name] = _read(option, value, origin)
    _require(settings)
    return Profile(**settings)


def _find(option: _Option, flags: Mapping[str, Any], environment: Mapping[str, str], table: Mapping[str, Any]) -> Any:
    if not option.secret and flags.get(option.name) not in (None, ()):
        return flags[option.name], option.flag
    if environment.get(option.variable):
        return environment[option.variable], option.variable
    return table.get(option.name), f"{option.name} in harness.toml"


def _read(option: _Option, value: Any, origin: str) -> Any:
    try:
        return option.read(value)
    except (ValueError, TypeError, UsageError) as error:
        # A URL that was given with a password in it is not shown either.
        hidden = option.secret or "@" in str(value) or repr(value) in str(error) or not isinstance(value, str | float)
        shown = "" if hidden else f" (it is {value!r})"
        raise UsageError(f"{origin}: {error}{shown}") from None


def _require(settings: Mapping[str, Any]) -> None:
    needed = [option for option in _OPTIONS if option.name in ("base_url", "client_id", "api_key")]
    missing = [option for option in needed if option.name not in settings]
    if missing:
        told = (
            f"the target's {option.name.replace('_', ' ')} is missing: {_how_to_give(option)}" for option in missing
        )
        raise UsageError("; ".join(told))
    if ("other_api_key" in settings) != ("other_client_id" in settings):
        raise UsageError("a second tenant takes both HARNESS_OTHER_API_KEY and --other-client-id")
    if settings.get("other_api_key") == settings["api_key"]:
        raise UsageError("HARNESS_OTHER_API_KEY is the same key as HARNESS_API_KEY: a second tenant needs its own")


def _how_to_give(option: _Option) -> str:
    if option.secret:
        return f"set {option.variable}, or name a file that holds it as `{option.name}_file` in harness.toml"
    return f"give {option.flag}, set {option.variable}, or put it into harness.toml"


_OPTIONS = (
    _Option("base_url", values.url),
    _Option("client_id", values.text),
    _Option("api_key", values.secret, secret=True),
    _Option("other_client_id", values.text),
    _Option("other_api_key", values.secret, secret=True),
    _Option("public_url", values.url),
    _Option("sink_listen", values.listen),
    _Option("session_ttl", values.positive),
    _Option("reply_timeout", values.positive),
    _Option("max_rate", values.positive),
    _Option("handover_phrases", values.phrases),
    _Option("objectives", values.objectives, one_by_one="--objective"),
    _Option("seed", values.integer),
    _Option("strict", values.switch),
    _Option("budget", values.budget),
    _Option("known_failures", values.text),
    _Option("embedded", values.switch),
)
assert {option.name for option in _OPTIONS} == {field.name for field in fields(Profile)}


def environment_of(profile: Profile) -> dict[str, str]:
    """The variables from which `resolve` makes the same profile again, for a child process. It holds the secrets."""
    plain = {
        "base_url": profile.base_url,
        "client_id": profile.client_id,
        "api_key": profile.api_key.reveal(),
        "other_client_id": profile.other_client_id,
        "other_api_key": profile.other_api_key and profile.other_api_key.reveal(),
        "public_url": profile.public_url,
        "sink_listen": "{}:{}".format(*profile.sink_listen),
        "session_ttl": profile.session_ttl,
        "reply_timeout": profile.reply_timeout,
        "max_rate": profile.max_rate,
        "handover_phrases": json.dumps(profile.handover_phrases) if profile.handover_phrases else "",
        "objectives": json.dumps([each.text for each in profile.objectives]) if profile.objectives else "",
        "seed": profile.seed,
        "strict": str(profile.strict).lower(),
        "budget": profile.budget,
        "known_failures": profile.known_failures,
        "embedded": str(profile.embedded).lower(),
    }
    return {f"HARNESS_{name.upper()}": "" if value is None else str(value) for name, value in plain.items()}
