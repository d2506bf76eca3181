"""What the master tells a member, as JSON data: the plan, the target without its keys, and where everything is."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from harness.errors import UsageError
from harness.load.plan import LoadPlan
from harness.profile import Profile, environment_of
from harness.sink.sinks import Sinks

# A key stays on the machine that it was given to.
_KEYS = ("HARNESS_API_KEY", "HARNESS_OTHER_API_KEY")
_CONTROLS = "HARNESS_SINK_CONTROL_URL"


@dataclass(frozen=True, slots=True)
class Invitation:
    """`target` and `sinks` are variables of the environment; `locust` is the port of Locust's own master."""

    run: str
    plan: LoadPlan
    target: Mapping[str, str]
    sinks: Mapping[str, str]
    locust: int

    @classmethod
    def to(cls, profile: Profile, run: str, plan: LoadPlan, sinks: Sinks, locust: int) -> "Invitation":
        target = {name: value for name, value in environment_of(profile).items() if name not in _KEYS}
        return cls(run, plan, target, sinks.environment(), locust)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, said: Any, host: str) -> "Invitation":
        """`host` is how this machine reaches the master's: sinks that listen on all its addresses are there.

        Raises UsageError for what no master of ours says.
        """
        try:
            plan = LoadPlan.from_json(said["plan"])
            controls = " ".join(_at(url, host) for url in said["sinks"][_CONTROLS].split())
            made = cls(str(said["run"]), plan, dict(said["target"]), dict(said["sinks"]), int(said["locust"]))
            return replace(made, sinks={**made.sinks, _CONTROLS: controls})
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise UsageError(f"the master's invitation is none of this version: {error}") from None


def _at(url: str, host: str) -> str:
    parts = urlsplit(url)
    name = f"[{host}]" if ":" in host else host
    return urlunsplit(parts._replace(netloc=f"{name}:{parts.port}"))
