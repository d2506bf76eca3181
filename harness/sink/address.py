"""Where a running sink is, for the processes that want to hear from it."""

from collections.abc import Mapping
from dataclasses import dataclass

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
