"""The target and how to treat it: one frozen record, resolved from flags, the environment and harness.toml.

Pure: `resolve` takes all three as data. A flag beats the environment, which beats the profile. Every value is checked
here, once, and every complaint names the option, where the value came from, and what it takes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from harness.errors import UsageError
from harness.objective import Objective, parse_objective
from harness.secret import SHORTEST, Redactor, Secret

Budget = Literal["quick", "standard", "thorough"]
BUDGETS: tuple[Budget, ...] = ("quick", "standard", "thorough")
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

    @property
    def variable(self) -> str:
        return f"HARNESS_{self.name.upper()}"

    @property
    def flag(self) -> str:
        return f"--{self.name.replace('_', '-')}"


def resolve(flags: Mapping[str, Any], environment: Mapping[str, str], table: Mapping[str, Any]) -> Profile:
    """The profile of a run. `table` is one profile of harness.toml, with any `api_key_file` already read.

    Raises UsageError for a value that cannot be, for an unknown key in `table`, and for a missing one that is needed.
    """
    unknown = set(table) - {option.name for option in _OPTIONS}
    if unknown:
        known = ", ".join(option.name for option in _OPTIONS)
        raise UsageError(f"harness.toml: unknown key {min(unknown)!r}; a profile takes {known}")
    values: dict[str, Any] = {}
    for option in _OPTIONS:
        value, origin = _find(option, flags, environment, table)
        if value is not None:
            values[option.name] = _read(option, value, origin)
    _require(values)
    return Profile(**values)


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
        shown = "" if option.secret else f" (it is {value!r})"
        raise UsageError(f"{origin}: {error}{shown}") from None


def _require(values: Mapping[str, Any]) -> None:
    for name in ("base_url", "client_id", "api_key"):
        if name not in values:
            option = next(option for option in _OPTIONS if option.name == name)
            how = f"set {option.variable}" if option.secret else f"give {option.flag} or set {option.variable}"
            raise UsageError(f"the target's {name.replace('_', ' ')} is missing: {how}, or put it into harness.toml")
    if ("other_api_key" in values) != ("other_client_id" in values):
        raise UsageError("a second tenant takes both HARNESS_OTHER_API_KEY and --other-client-id")
    if values.get("other_api_key") == values["api_key"]:
        raise UsageError("HARNESS_OTHER_API_KEY is the same key as HARNESS_API_KEY: a second tenant needs its own")


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("takes a non-empty text")
    return value.strip()


def _url(value: Any) -> str:
    text = _text(value).rstrip("/")
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("takes an absolute http or https URL, such as https://api.example.org")
    if parts.username or parts.password:
        raise ValueError("takes a URL without a user and password in it")
    if parts.query or parts.fragment:
        raise ValueError("takes a URL without a query or fragment")
    _ = parts.port  # raises ValueError where it is no port
    return text


def _secret(value: Any) -> Secret:
    text = _text(value)
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("a key is printable ASCII without spaces; is there a quote or a line break too many?")
    if len(text) < SHORTEST:
        raise ValueError(f"a key has at least {SHORTEST} characters")
    return Secret(text)


def _positive(value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError("takes a number")
    try:
        number = float(value)
    except (ValueError, TypeError):
        raise ValueError("takes a number") from None
    if not 0 < number < float("inf"):
        raise ValueError("takes a number above 0")
    return number


def _listen(value: Any) -> tuple[str, int]:
    host, _, port = _text(value).rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise ValueError("takes HOST:PORT, such as 127.0.0.1:9000")
    return host.strip("[]"), int(port)


def _phrases(value: Any) -> tuple[str, ...]:
    given = value.split(",") if isinstance(value, str) else value
    return tuple(_text(phrase) for phrase in given)


def _objectives(value: Any) -> tuple[Objective, ...]:
    given = value.split(",") if isinstance(value, str) else value
    return tuple(parse_objective(_text(text)) for text in given)


def _integer(value: Any) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise ValueError("takes a whole number") from None


def _switch(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() in ("1", "true", "yes"):
        return True
    if str(value).lower() in ("0", "false", "no"):
        return False
    raise ValueError("takes true or false")


def _budget(value: Any) -> Budget:
    if value not in BUDGETS:
        raise ValueError(f"takes one of {', '.join(BUDGETS)}")
    return cast(Budget, value)


_OPTIONS = (
    _Option("base_url", _url),
    _Option("client_id", _text),
    _Option("api_key", _secret, secret=True),
    _Option("other_client_id", _text),
    _Option("other_api_key", _secret, secret=True),
    _Option("public_url", _url),
    _Option("sink_listen", _listen),
    _Option("session_ttl", _positive),
    _Option("reply_timeout", _positive),
    _Option("max_rate", _positive),
    _Option("handover_phrases", _phrases),
    _Option("objectives", _objectives),
    _Option("seed", _integer),
    _Option("strict", _switch),
    _Option("budget", _budget),
    _Option("embedded", _switch),
)
assert {option.name for option in _OPTIONS} == {field.name for field in fields(Profile)}


def environment_of(profile: Profile) -> dict[str, str]:
    """The variables from which `resolve` makes the same profile again, for a child process. It holds the secrets."""
    values = {
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
        "handover_phrases": ",".join(profile.handover_phrases),
        "objectives": ",".join(objective.text for objective in profile.objectives),
        "seed": profile.seed,
        "strict": str(profile.strict).lower(),
        "budget": profile.budget,
        "embedded": str(profile.embedded).lower(),
    }
    return {f"HARNESS_{name.upper()}": "" if value is None else str(value) for name, value in values.items()}
