"""The sink as a child process of a command: started, watched, asked, ended."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import ChildDied, SinkDied, UsageError
from harness.processes.child import Child
from harness.processes.module import module
from harness.profile import Profile
from harness.recording.reader import PARTS
from harness.secret import Redactor, Secret
from harness.sink.address import SinkAddress
from harness.sink.client import SinkClient
from harness.sink.faults import Fault
from harness.sink.settings import Family, Settings

NAME = "webhook sink"
LOOPBACK = "127.0.0.1"


def part_of(folder: Path, phase: str, number: int | None = None) -> Path:
    """The journal of the sink of one phase, or of one of several."""
    return folder / PARTS / (f"{phase}-sink.ndjson" if number is None else f"{phase}-sink-{number}.ndjson")


def parts_of(folder: Path, phase: str, count: int) -> list[Path]:
    """The journals of so many sinks."""
    numbers = range(1, count + 1) if count > 1 else (None,)
    return [part_of(folder, phase, number) for number in numbers]


@dataclass(frozen=True, slots=True)
class SinkProcess:
    """A running sink. As a context manager it is stopped, with everything written, at the end of the block."""

    child: Child
    feed: SinkAddress
    local_url: str
    number: int | None = None

    @classmethod
    def start(
        cls,
        profile: Profile,
        folder: Path,
        run: str,
        phase: str,
        *,
        keep_headers: bool = False,
        family: Family | None = None,
        number: int | None = None,
        listen: tuple[str, int] | None = None,
        control: str = LOOPBACK,
    ) -> "SinkProcess":
        """The sink of one phase of a run, writing its part of the journal in the run's `folder`; or one of several,
        which says where to `listen` if not where the profile has it. `control` is the address for who wants to hear
        of its arrivals.

        Raises UsageError where it cannot listen or write, and SinkDied where it does not come up.
        """
        secrets = [secret for secret in (profile.api_key, profile.other_api_key) if secret is not None]
        settings = Settings(
            listen=listen or profile.sink_listen,
            control=(control, 0),
            journal=part_of(folder, phase, number).absolute(),
            run=run,
            phase=phase,
            public_url=profile.public_url,
            secrets=tuple(secrets),
            keep_headers=keep_headers,
            family=family,
            number=number,
        )
        try:
            return cls.launch(settings)
        except UsageError as error:  # it names the option of `harness sink`
            raise UsageError(str(error).replace("--listen:", "--sink-listen:", 1)) from None

    @classmethod
    def launch(cls, settings: Settings) -> "SinkProcess":
        """A sink with these settings; raises as `start` does."""
        name = NAME if settings.number is None else f"{NAME} {settings.number}"
        child = Child(name, module("harness.sink"), first_line=settings.to_line(), redactor=Redactor(*settings.secrets))
        try:
            said = child.announcement()
        except ChildDied as error:
            raise SinkDied(str(error)) from None
        if "error" in said:
            child.stop()
            raise UsageError(said["error"])
        address = SinkAddress(said["registered_url"], said["control_url"], Secret(said["control_token"]))
        return cls(child, address, said["url"], settings.number)

    @property
    def url(self) -> str:
        """What to register with the target."""
        return self.feed.url

    @property
    def pid(self) -> int:
        return self.child.pid

    @property
    def alive(self) -> bool:
        return self.child.exit_code is None

    def raise_if_dead(self) -> None:
        """Raises SinkDied, with how it ended and what it said last, where the process is gone."""
        if not self.alive:
            raise SinkDied(f"the {self.child.name} died ({self.child.obituary()})\n{self.child.last_words}".rstrip())

    def status(self) -> dict[str, Any]:
        """What the sink says of itself; see SinkClient.status."""
        return SinkClient(self.feed).status()

    def fault(self, fault: Fault) -> None:
        """Has the sink misbehave for the next calls."""
        SinkClient(self.feed).fault(fault)

    def stop(self) -> int:
        """Ends it in order and gives its exit code: 0 where all that it received is written. Safe to repeat."""
        return self.child.stop()

    def __enter__(self) -> "SinkProcess":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
