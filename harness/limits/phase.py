"""The inquiry as a phase of a run: with its part of the journal, from which the report can be made again."""

import random
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from harness.errors import CouldNotRun
from harness.events import Asked, Began, Ended, Ending, Identified
from harness.limits.asker import Asker
from harness.limits.found import found
from harness.limits.inquiry import Findings, Inquiry
from harness.limits.purse import Purse
from harness.limits.seen import Seen
from harness.processes.interrupt import Interrupt
from harness.profile import LOOPBACK, Profile
from harness.recording.reader import PARTS
from harness.recording.stopped import REASON
from harness.recording.writer import JournalWriter, header_now

PHASE = "limits"


def run_limits(
    profile: Profile,
    folder: Path,
    run_id: str,
    purse: Purse,
    *,
    interrupt: Interrupt,
    on_state: Callable[[str, Seen | None], None],
) -> None:
    """Asks the target, and writes what was seen and found. `on_state` is told what is done, and of each request.

    Raises CouldNotRun where the target cannot be asked. What was seen until then is in the journal, whatever is raised,
    and its last line says how it ended.
    """
    findings = Findings()
    part = folder / PARTS / f"{PHASE}-inquiry.ndjson"
    with JournalWriter(part, header_now(run_id, PHASE, "inquiry"), profile.redactor) as journal:
        began_ns = time.monotonic_ns()
        settings = {
            "target": profile.described(),
            "seed": profile.seed,
            "budget": {"requests": purse.requests, "seconds": purse.seconds, "name": purse.budget},
        }
        journal.write(Began(began_ns, time.time_ns(), PHASE, settings))
        state = ""

        def on_seen(seen: Seen) -> None:
            findings.seen.append(seen)
            journal.write(_asked(seen, asker.began_ns))
            on_state(state, seen)

        def tell(what: str) -> None:
            nonlocal state
            state = what
            on_state(what, None)

        ending: Ending = "died"
        reason: str | None = "the harness itself failed"
        try:
            with Asker(profile, purse, interrupt, on_seen) as asker:
                loopback = urlsplit(profile.base_url).hostname in LOOPBACK
                draw = random.Random(profile.seed).random
                Inquiry(asker, purse, draw, tell, findings, loopback=loopback).run()
            if findings.seen:
                journal.write(Identified(time.monotonic_ns(), found(findings)))
            ending, reason = "interrupted" if findings.stopped else "completed", None
        except KeyboardInterrupt:
            ending, reason = "interrupted", REASON
            raise
        except CouldNotRun as error:
            if findings.identified is not None:  # what was found before the target was gone
                journal.write(Identified(time.monotonic_ns(), found(findings)))
            reason = str(error)
            raise
        finally:
            journal.write(Ended(time.monotonic_ns(), time.time_ns(), PHASE, ending, reason))


def _asked(seen: Seen, began_ns: int) -> Asked:
    return Asked(
        at=began_ns + round(seen.sent * 1e9),
        number=seen.number,
        subject=seen.subject.words,
        purpose=seen.purpose,
        received=began_ns + round(seen.received * 1e9),
        verdict=seen.verdict,
        status=seen.status,
        retry_after_s=seen.retry_after_s,
    )
