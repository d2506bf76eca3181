"""Several sinks behind one URL: each takes a share of the calls, and those that are left take them all.

The kernel deals calls out between the processes that listen on one port. So they need no proxy in front of them, and
the target sees one address.
"""

import secrets
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from harness.profile import Profile
from harness.secret import Secret
from harness.sink.address import SinkAddress
from harness.sink.endpoints import TOKEN_BYTES
from harness.sink.process import LOOPBACK, SinkProcess, parts_of
from harness.sink.settings import Family


class Sinks:
    """Running sinks, one or more. As a context manager they are stopped, with everything written, at its end."""

    def __init__(self, *members: SinkProcess) -> None:
        self.members = members
        self._mourned: set[int] = set()

    @classmethod
    def start(
        cls, profile: Profile, folder: Path, run: str, phase: str, count: int = 1, control: str = LOOPBACK
    ) -> "Sinks":
        """`control` is the address at which others hear of their arrivals. Raises what SinkProcess.start raises; then
        none is left running."""
        if count == 1:
            return cls(SinkProcess.start(profile, folder, run, phase, control=control))
        family = Family(*(Secret(secrets.token_urlsafe(TOKEN_BYTES)) for _ in range(2)))
        listen, members = profile.sink_listen, []
        with ExitStack() as undo:
            for number in range(1, count + 1):
                sink = SinkProcess.start(
                    profile, folder, run, phase, family=family, number=number, listen=listen, control=control
                )
                members.append(undo.enter_context(sink))
                listen = listen[0], urlsplit(sink.local_url).port or 0
            undo.pop_all()
        return cls(*members)

    @property
    def url(self) -> str:
        """What to register with the target."""
        return self.members[0].url

    def parts(self, folder: Path, phase: str) -> list[Path]:
        """The journals that they write."""
        return parts_of(folder, phase, len(self.members))

    def environment(self) -> dict[str, str]:
        """The variables from which a child process hears of all their arrivals. The token is among them."""
        return SinkAddress.environment_of([sink.feed for sink in self.members])

    def died(self) -> list[tuple[str, str]]:
        """Of those that died since the last call: the name, and how. Raises SinkDied where all did."""
        dead = [sink for sink in self.members if not sink.alive]
        if len(dead) == len(self.members):
            dead[-1].raise_if_dead()
        news = [sink for sink in dead if sink.pid not in self._mourned]
        self._mourned.update(sink.pid for sink in news)
        return [(sink.child.name, sink.child.obituary()) for sink in news]

    def stop(self) -> None:
        """Ends them in order. Safe to repeat."""
        for sink in self.members:
            sink.stop()

    def __enter__(self) -> "Sinks":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
