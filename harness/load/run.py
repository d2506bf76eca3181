"""One load run from beginning to end, for a command: sink, webhook, customers, and nothing left running."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.errors import CouldNotRun, HarnessError
from harness.events import Began, Ended, Ending
from harness.load.check import check
from harness.load.crew import Crew
from harness.load.early import EarlyEnd
from harness.load.generator import lead, parts_of, start_locust
from harness.load.patience import PROCESS_S, farewell_s
from harness.load.plan import PHASE, LoadPlan, Progress
from harness.load.registration import register
from harness.load.remote.invitation import Invitation
from harness.load.remote.meeting import Meeting
from harness.load.remote.rendezvous import Rendezvous
from harness.load.settings import settings_of
from harness.load.watch import Watch
from harness.processes.interrupt import Interrupt
from harness.profile import Profile
from harness.recording.reader import PARTS
from harness.recording.writer import JournalWriter, header_now
from harness.sink.process import LOOPBACK
from harness.sink.sinks import Sinks

# What customers get to settle the requests in flight when their replies can no longer come, or be seen: seconds.
HURRIED_S = 2.0


def run_load(
    profile: Profile,
    folder: Path,
    run_id: str,
    plan: LoadPlan,
    *,
    interrupt: Interrupt,
    on_progress: Callable[[Progress], None] | None = None,
    watch: Callable[[], None] | None = None,
    meeting: Meeting | None = None,
) -> None:
    """Carries out `plan` against the target, with everything that judging needs in the parts of `folder`. With a
    `meeting` its workers are those of other machines, who come there.

    An interrupt lets customers finish the message in flight; a KeyboardInterrupt ends everything at once. Either way,
    and whatever is raised, the last line of the harness's part says how it ended.

    Raises UsageError for a plan that cannot be, TargetUnreachable and CredentialsRefused before anything is sent, and
    SinkDied, ChildDied or what `watch` raises, where the run could not be carried to its end.
    """
    check(profile, plan, meeting)
    folder = folder.absolute()
    header = header_now(run_id, PHASE, "harness")
    with JournalWriter(folder / PARTS / f"{PHASE}-harness.ndjson", header, profile.redactor) as journal:
        began = Began(time.monotonic_ns(), time.time_ns(), PHASE, settings_of(profile, plan))
        journal.write(began)
        live = EarlyEnd(profile.objectives, profile.reply_timeout, began.at) if plan.abort_early else None
        ending: Ending = "died"
        reason: str | None = "the harness itself failed"
        try:
            ending = _carry_out(profile, folder, run_id, plan, journal, interrupt, on_progress, watch, live, meeting)
            reason = "an objective was broken in a window, as far as could be seen" if ending == "aborted" else None
        except KeyboardInterrupt:
            ending, reason = "interrupted", "ended at once"
            raise
        except HarnessError as error:
            reason = str(error)
            raise
        finally:
            journal.write(Ended(time.monotonic_ns(), time.time_ns(), PHASE, ending, reason))


def _carry_out(
    profile: Profile,
    folder: Path,
    run_id: str,
    plan: LoadPlan,
    journal: JournalWriter,
    interrupt: Interrupt,
    on_progress: Callable[[Progress], None] | None,
    alive: Callable[[], None] | None,
    live: EarlyEnd | None,
    meeting: Meeting | None,
) -> Ending:
    with Sinks.start(profile, folder, run_id, PHASE, plan.sinks, meeting.host if meeting else LOOPBACK) as sinks:
        register(profile, sinks.url)
        if interrupt.requested:
            return "interrupted"
        with _customers(profile, plan, run_id, sinks, folder, journal, meeting, interrupt) as locust:
            if locust is None:
                return "interrupted"
            watch = Watch(
                sinks,
                locust,
                [*parts_of(folder, plan), *sinks.parts(folder, PHASE)],
                journal,
                reply_timeout_s=profile.reply_timeout,
                on_progress=on_progress,
                check=alive,
                live=live,
                pack=not plan.web,
            )
            try:
                ending = watch.until_done(_longest_s(profile, plan), interrupt)
            except KeyboardInterrupt:
                locust.stop(grace=0)
                raise
            except CouldNotRun:
                locust.stop(HURRIED_S)
                raise
    # An interrupt is how a run in the web UI always ends.
    return "completed" if ending == "interrupted" and plan.web else ending


@contextmanager
def _customers(
    profile: Profile,
    plan: LoadPlan,
    run_id: str,
    sinks: Sinks,
    folder: Path,
    journal: JournalWriter,
    meeting: Meeting | None,
    interrupt: Interrupt,
) -> Iterator[Crew | None]:
    """Those of this machine, or of those who come to the meeting. None where it was called off."""
    if meeting is None:
        with start_locust(profile, plan, run_id, sinks, folder) as locust:
            yield locust
        return
    invitation = Invitation.to(profile, run_id, plan, sinks, meeting.locust_port)
    with Rendezvous(meeting, invitation.to_json(), parts_of(folder, plan)) as rendezvous:
        if not rendezvous.gather(interrupt):
            yield None
            return
        listen = meeting.host, meeting.locust_port
        with lead(profile, plan, run_id, sinks, folder, rendezvous.members, listen) as locust:
            try:
                yield locust
            finally:
                journal.write(*rendezvous.compared())


def _longest_s(profile: Profile, plan: LoadPlan) -> float | None:
    """When a run that has not ended hangs: seconds, or None where it has no end of its own."""
    return None if plan.web else plan.duration_s + farewell_s(profile.reply_timeout) + 2 * PROCESS_S
