"""Where a running sink is, for the processes that want to hear from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from harness.errors import UsageError
from harness.secret import Secret


@dataclass(frozen=True, slots=True)
class SinkAddress:
    """`url` is what the target is told to call; the control URL and token open the feed and the faults."""

    url: str
    control_url: str
    control_token: Secret

    def environment(self) -> dict[str, str]:
        """The variables from which a child process makes the same address. The token is among them."""
        return {
            "HARNESS_SINK_URL": self.url,
            "HARNESS_SINK_CONTROL_URL": self.control_url,
            "HARNESS_SINK_CONTROL_TOKEN": self.control_token.reveal(),
        }

    @staticmethod
    def environment_of(addresses: "Sequence[SinkAddress]") -> dict[str, str]:
        """The same for several sinks behind one URL, which share one token."""
        controls = " ".join(address.control_url for address in addresses)
        return {**addresses[0].environment(), "HARNESS_SINK_CONTROL_URL": controls}

    @classmethod
    def all_from_environment(cls, environment: Mapping[str, str]) -> "tuple[SinkAddress, ...]":
        """Raises UsageError where a variable is missing."""
        together = cls.from_environment(environment)
        return tuple(replace(together, control_url=url) for url in together.control_url.split())

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "SinkAddress":
        """Raises UsageError where a variable is missing."""
        try:
            return cls(
                environment["HARNESS_SINK_URL"],
                environment["HARNESS_SINK_CONTROL_URL"],
                Secret(environment["HARNESS_SINK_CONTROL_TOKEN"]),
            )
        except KeyError as missing:
            raise UsageError(f"no sink to listen to: {missing.args[0]} is not set (`harness sink` prints it)") from None
