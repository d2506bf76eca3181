"""Locust started by hand: no command stands behind it, so it starts the sink itself and has the report written."""

import os
import subprocess
import time
from argparse import Namespace
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import gevent

from harness.errors import UsageError
from harness.events import Began, Ended, Ending
from harness.exit_codes import EXIT_INTERRUPTED
from harness.load.gauges import CpuGauges
from harness.load.manners import MANNERS, manners
from harness.load.plan import CONNECTIONS, NO_PHRASES, PHASE, LoadPlan, connections
from harness.load.postbox import Postbox
from harness.load.registration import register
from harness.load.settings import settings_of
from harness.load.station import Station
from harness.processes.module import module
from harness.profile import Profile, resolve
from harness.recording.reader import PARTS
from harness.recording.writer import JournalWriter, header_now
from harness.sink.feed import Feed
from harness.sink.process import SinkProcess

# Where the web UI listens unless --web-host says otherwise.
LOOPBACK = "127.0.0.1"
NOTHING_SENT = 3


def add_options(parser: Any, **_: Any) -> None:
    """The options of a run by hand, in Locust's own parser. The key has none: it is a secret."""
    # Whoever reaches the web UI can start a load, and it allows any origin: to let others in takes a word.
    parser.set_defaults(web_host=LOOPBACK)
    group = parser.add_argument_group("Messaging API")
    group.add_argument("--client-id", metavar="ID", help="Of the tenant whose key is in HARNESS_API_KEY")
    fields = (
        group.add_argument(
            "--think", type=float, default=1.0, metavar="SECONDS", help="Mean pause before a message, in seconds"
        ),
        group.add_argument("--arrival-rate", type=float, metavar="PER_SECOND", help="New customers a second"),
        group.add_argument(
            "--poisson", action="store_true", help="They come as a Poisson process, not at even distances"
        ),
        group.add_argument(
            "--connections",
            default=str(CONNECTIONS),
            metavar="N|per-customer",
            help="How many the customers share, or per-customer",
        ),
        group.add_argument(
            "--when-limited",
            default=LoadPlan().when_limited,
            choices=MANNERS,
            help="What customers do after a 429: wait and drop the message, wait and send it again, or go on",
        ),
    )
    group.add_argument("--report", metavar="DIR", help="Where the report goes. Default: reports/<run-id>/")
    for field in fields:  # of the web UI's form; Locust asks for this mark where an option stands in a group
        field.include_in_web_ui = True


class Standalone:
    """One run by hand. In the web UI it may start and stop its customers many times; it is still one run."""

    def __init__(self, options: Namespace, environment: Mapping[str, str], *, takes_phrases: bool = False) -> None:
        """`takes_phrases` is whether the scenario says what makes the target hand over.

        Raises UsageError for settings that cannot work, and SinkDied where the sink does not come up.
        """
        self._profile = _profile(options, environment)
        if takes_phrases and not self._profile.handover_phrases:
            raise UsageError(NO_PHRASES)
        if not options.think >= 0 or options.think == float("inf"):
            raise UsageError(f"--think takes a number of seconds from 0 on (it is {options.think})")
        self._plan = LoadPlan(
            customers=options.num_users or 1,
            duration_s=float(options.run_time or 0),
            think_s=options.think,
            connections=_connections(options.connections),
            scenario=_scenario(options),
            arrival_rate=options.arrival_rate,
            spacing="poisson" if options.poisson else "constant",
            when_limited=manners(options.when_limited),
        )
        self._run = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-locust"
        self.folder = _folder(options.report, self._run)
        self._sink = SinkProcess.start(self._profile, self.folder, self._run, PHASE)
        self._journal = self._part("harness")
        postbox = Postbox(Feed(self._sink.feed))
        self.station = Station(self._profile, postbox, self._part("customers"), self._plan)
        self._gauging: gevent.Greenlet | None = None
        self.closing_words = ""

    def begin(self) -> None:
        """Called whenever customers are about to start. Raises CouldNotRun where the target takes no webhook."""
        if self._gauging is None:
            settings = settings_of(self._profile, self._plan)
            self._journal.write(Began(time.monotonic_ns(), time.time_ns(), PHASE, settings))
            self._gauging = gevent.spawn(self._gauge)
        register(self._profile, self._sink.url)

    def end(self, ending: Ending, reason: str | None) -> int:
        """Ends the sink and has the report written; the exit code is the report's."""
        if self._gauging is not None:
            self._gauging.kill()
        self.station.close()
        self._sink.stop()
        self._journal.write(Ended(time.monotonic_ns(), time.time_ns(), PHASE, ending, reason))
        self._journal.close()
        report = module("harness", "report", str(self.folder))
        reported = subprocess.run(report, check=False, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        self.closing_words = reported.stdout
        if ending == "interrupted":
            return EXIT_INTERRUPTED
        return reported.returncode if self.station.exchanges else NOTHING_SENT

    def _part(self, role: str) -> JournalWriter:
        path = self.folder / PARTS / f"{PHASE}-{role}.ndjson"
        return JournalWriter(path, header_now(self._run, PHASE, role), self._profile.redactor)

    def _gauge(self) -> None:
        gauges = CpuGauges({"customers": os.getpid()})
        while True:
            gevent.sleep(1)
            self._journal.write(*gauges.sample())


def _profile(options: Namespace, environment: Mapping[str, str]) -> Profile:
    if not options.host and not environment.get("HARNESS_BASE_URL"):
        raise UsageError("the target is missing: give --host URL")
    return resolve({"base_url": options.host, "client_id": options.client_id}, environment, {})


def _connections(text: str) -> int | None:
    try:
        return connections(text)
    except UsageError as error:
        raise UsageError(f"--connections {error}") from None


def _scenario(options: Namespace) -> str:
    """The name of the file, which may be anybody's own."""
    return Path(str(options.locustfile or "").partition(",")[0]).stem or "locust"


def _folder(given: str | None, run: str) -> Path:
    folder = Path(given) if given else Path("reports") / run
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"--report {folder}: it is not empty; a run never overwrites another, so name a new folder")
    return folder
