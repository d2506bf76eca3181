"""What a sink is told at its start, as one line of JSON. It holds secrets: it goes over stdin, never in arguments."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from harness.errors import UsageError
from harness.secret import Secret

LISTEN = ("127.0.0.1", 0)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one sender, or one reader of the feed, may cost at most. Sizes in bytes, times in seconds."""

    body: int = 256 * 1024
    kept_body: int = 16 * 1024
    header_line: int = 4096
    headers: int = 64
    connections: int = 2000
    read_s: float = 10.0
    idle_s: float = 75.0
    history: int = 10_000
    history_bytes: int = 64 * 1024 * 1024
    subscribers: int = 64
    stall_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Family:
    """What sinks behind one URL have in common: the token in its path, and that of their control listeners. They share
    the port as well, and the kernel gives each call to one of them."""

    path: Secret
    control: Secret


@dataclass(frozen=True, slots=True)
class Settings:
    """`journal` is the file of this sink's part, None for none; `public_url` is where the target reaches the sink.

    With `keep_headers` each arrival tells who sent it and how; that costs time and room, which a load run needs.
    `family` is given where there are several sinks; `number` is which of them this is, from 1 on.
    """

    listen: tuple[str, int] = LISTEN
    control: tuple[str, int] = LISTEN
    journal: Path | None = None
    run: str = "sink"
    phase: str = "sink"
    public_url: str | None = None
    secrets: tuple[Secret, ...] = ()
    limits: Limits = field(default_factory=Limits)
    keep_headers: bool = False
    family: Family | None = None
    number: int | None = None

    @property
    def role(self) -> str:
        """Its name in the journal, and of its gauges."""
        return "sink" if self.number is None else f"sink-{self.number}"

    def to_line(self) -> str:
        """One line, without its newline. It holds the secrets in the clear."""
        return json.dumps(
            {
                "listen": self.listen,
                "control": self.control,
                "journal": self.journal and str(self.journal),
                "run": self.run,
                "phase": self.phase,
                "public_url": self.public_url,
                "secrets": [secret.reveal() for secret in self.secrets],
                "limits": asdict(self.limits),
                "keep_headers": self.keep_headers,
                "family": self.family and [self.family.path.reveal(), self.family.control.reveal()],
                "number": self.number,
            }
        )

    @classmethod
    def from_line(cls, line: str) -> "Settings":
        """Raises UsageError where the line is none that `to_line` makes; the error does not quote it."""
        try:
            given: dict[str, Any] = json.loads(line)
            return cls(
                listen=_address(given["listen"]),
                control=_address(given["control"]),
                journal=Path(given["journal"]) if given["journal"] else None,
                run=given["run"],
                phase=given["phase"],
                public_url=given["public_url"],
                secrets=tuple(map(Secret, given["secrets"])),
                limits=Limits(**given["limits"]),
                keep_headers=bool(given["keep_headers"]),
                family=Family(*map(Secret, given["family"])) if given["family"] else None,
                number=given["number"],
            )
        except (ValueError, TypeError, KeyError):
            raise UsageError("the sink takes its settings as one line of JSON on stdin") from None


def _address(value: Any) -> tuple[str, int]:
    host, port = value
    return str(host), int(port)
