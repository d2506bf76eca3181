"""The options of every command that tests a target, and the way from them to a profile.

A flag beats the environment, which beats the profile in `harness.toml` (in the folder the command runs in).
"""

import os
import tomllib
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import click

from harness import figures
from harness.errors import UsageError
from harness.profile import Profile, resolve
from harness.values import BUDGETS

CONFIG = "harness.toml"

# By flag, as click.option takes them.
_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "--base-url": {"metavar": "URL", "help": "The target. Absent: an embedded sandbox is started and stopped."},
    "--client-id": {"metavar": "ID", "help": "The clientId of the tenant whose key is in HARNESS_API_KEY."},
    "--other-client-id": {"metavar": "ID", "help": "A second tenant's; its key is in HARNESS_OTHER_API_KEY."},
    "--public-url": {"metavar": "URL", "help": "Where the target reaches the sink. Default: its loopback URL."},
    "--sink-listen": {"metavar": "HOST:PORT", "help": "Where the sink listens. Default: 127.0.0.1, a free port."},
    "--session-ttl": {"metavar": "SECONDS", "help": "A session's time to live, which lets expiry be tested."},
    "--reply-timeout": {"metavar": "SECONDS", "help": "How long to wait for a reply. Default: 10."},
    "--max-rate": {"metavar": "PER_SECOND", "help": "Never send faster than this, in any mode."},
    "--report": {"metavar": "DIR", "help": "Where the report goes. Default: reports/<run-id>/."},
    "--seed": {"metavar": "N", "help": "Of everything that is drawn at random. Default: 0."},
    "--strict": {"is_flag": True, "default": None, "help": "A broken SHOULD fails the run too."},
    "--known-failures": {"metavar": "FILE", "help": "Failures that are known of. Default: known-failures.yaml."},
    "--budget": {"type": click.Choice(BUDGETS), "help": "How thorough to be. Default: standard."},
    "--profile": {"metavar": "NAME", "help": "A profile of harness.toml. Default: default."},
}
# Those that have another name than their flag.
_NAMES = {"--profile": "profile_name"}


def target_options(command: Callable[..., Any], *, hidden: Collection[str] = ()) -> Callable[..., Any]:
    """Gives a command all of them, in this order. Those that are `hidden` mean nothing to it: they are taken, so that
    one line of flags goes with every command, and not shown."""
    for flag, settings in reversed(list(_OPTIONS.items())):
        name = [_NAMES[flag]] if flag in _NAMES else []
        command = click.option(flag, *name, hidden=flag in hidden, **settings)(command)
    return command


def profile_from(flags: Mapping[str, Any], embedded: Mapping[str, str] | None = None) -> Profile:
    """The profile of this command. `embedded` holds the variables of an embedded sandbox: its URL and credentials
    then take the place of every other. Raises UsageError."""
    table = _table(flags.get("profile_name"))
    if embedded is not None:
        _refuse_what_would_go_unheard(flags, embedded)
        table = {key: value for key, value in table.items() if f"HARNESS_{key.upper()}" not in embedded}
        flags = {key: value for key, value in flags.items() if f"HARNESS_{key.upper()}" not in embedded}
    profile = resolve(flags, {**os.environ, **(embedded or {})}, table)
    for objective in profile.objectives:
        figures.check(objective)
    return profile


def _refuse_what_would_go_unheard(flags: Mapping[str, Any], embedded: Mapping[str, str]) -> None:
    for name, value in flags.items():
        if value is not None and f"HARNESS_{name.upper()}" in embedded:
            flag = f"--{name.replace('_', '-')}"
            raise UsageError(
                f"{flag} is of a target, and none was given: add --base-url URL. The embedded sandbox has its own."
            )


def names_a_target(flags: Mapping[str, Any]) -> bool:
    """Whether anything says where the target is."""
    return bool(
        flags.get("base_url") or os.environ.get("HARNESS_BASE_URL") or _table(flags.get("profile_name")).get("base_url")
    )


def _table(name: str | None) -> dict[str, Any]:
    path = Path(CONFIG)
    if not path.exists():
        if name is not None:
            raise UsageError(f"--profile {name}: there is no {CONFIG} in this folder")
        return {}
    try:
        whole = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{CONFIG} is no TOML: {error}") from None
    profiles = whole.pop("profiles", {})
    if whole or not isinstance(profiles, dict):
        odd = min(whole, default="profiles")
        raise UsageError(f"{CONFIG}: {odd!r} is no table of it; a profile stands under [profiles.NAME]")
    if name is not None and name not in profiles:
        raise UsageError(f"{CONFIG} has no profile {name!r}; it has {', '.join(map(repr, profiles)) or 'none'}")
    return _with_key_files(dict(profiles.get(name or "default", {})), path.parent)


def _with_key_files(table: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Keys may stand in files of their own, so that harness.toml can be committed; they may not stand in it."""
    for name in ("api_key", "other_api_key"):
        if name in table:
            raise UsageError(
                f"{CONFIG}: a key does not belong here; set HARNESS_{name.upper()}, or name its file in `{name}_file`"
            )
        if file := table.pop(f"{name}_file", None):
            try:
                table[name] = (folder / Path(str(file)).expanduser()).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise UsageError(f"{CONFIG}: {name}_file cannot be read: {getattr(error, 'strerror', error)}") from None
    return table
