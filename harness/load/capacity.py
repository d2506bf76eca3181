"""The search for a target's capacity: one short open run after the other, each in a folder of its own.

A probe ends when its customers have left, and they wait for what they are owed: so each begins at a target that has
served the one before.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from math import ceil
from pathlib import Path
from typing import Any

from harness.capacity import DEFAULT_OBJECTIVES, SCENARIO, judge_probe, tries, wants_repeating
from harness.errors import HarnessError, UsageError
from harness.events import Began, Ended, Ending, Probed
from harness.journal import in_time
from harness.load.arrivals import Spacing
from harness.load.conversation import MEAN_LINES, MEAN_REQUESTS
from harness.load.plan import CONNECTIONS, FASTEST, PHASE, LoadPlan, Progress
from harness.load.run import run_load
from harness.objective import Objective
from harness.processes.interrupt import Interrupt
from harness.profile import Profile
from harness.recording.reader import PARTS, join, read_run
from harness.recording.writer import JournalWriter, header_now
from harness.search import Role, Search, round_rate

# Where the search begins, unless even that is more than a share of the highest rate.
FIRST_RATE = 1.0
FIRST_SHARE = 0.25
# How much of the ceiling on requests a search uses: customers do not come evenly, and who has to wait for a turn under
# the ceiling is late for no fault of the target's.
CEILING_USED = 0.75
# By then most of those who came first have left: in mean lengths of a conversation.
WARMUP_LENGTHS = 2.0
# A warm-up is no longer than this, however slow the replies are: seconds.
LONGEST_WARMUP_S = 120.0
# Locust counts its time from a little before the first customer.
MARGIN_S = 2.0


@dataclass(frozen=True, slots=True)
class CapacityPlan:
    """`probe_s` is for how long each rate is judged, in seconds; a warm-up comes before it. `first` is the rate to
    begin with, `highest` the highest to try (None: what --max-rate allows), in customers a second; between two rates
    that are no more than `tolerance` apart nothing is tried.
    """

    probe_s: float = 15.0
    highest: float | None = None
    first: float = FIRST_RATE
    tolerance: float = 0.05
    think_s: float = 1.0
    connections: int | None = CONNECTIONS
    spacing: Spacing = "constant"
    workers: int = 0
    sinks: int = 1

    def warmup_s(self, reply_s: float) -> float:
        """For how long a probe is not judged, where a reply takes so long: seconds, a whole number of them."""
        return min(LONGEST_WARMUP_S, 1.0 + ceil(WARMUP_LENGTHS * MEAN_LINES * (self.think_s + reply_s)))


@dataclass(frozen=True, slots=True)
class Probing:
    """The probe under way. `run` is None until it has begun."""

    number: int
    rate: float
    role: Role
    run: Progress | None


def objectives_of(profile: Profile) -> tuple[Objective, ...]:
    """What each rate is held to."""
    return profile.objectives or DEFAULT_OBJECTIVES


def highest_of(profile: Profile, plan: CapacityPlan) -> tuple[float, str]:
    """The highest rate that may be tried, and which option says so. Raises UsageError where none does."""
    bounds = [(plan.highest, "arrival_rate")] if plan.highest else []
    if profile.max_rate:
        bounds.append((round_rate(CEILING_USED * profile.max_rate / MEAN_REQUESTS), "max_rate"))
    if not bounds and not profile.embedded:
        raise UsageError(
            "capacity takes --max-rate PER_SECOND, the most requests that the search may send, or --arrival-rate "
            "PER_SECOND, the most new customers: it goes up until the target no longer keeps up"
        )
    return min([*bounds, (FASTEST, "arrival_rate")])


def find_capacity(
    profile: Profile,
    folder: Path,
    run_id: str,
    plan: CapacityPlan,
    *,
    interrupt: Interrupt,
    on_progress: Callable[[Probing], None] | None = None,
    on_probe: Callable[[Probed], None] | None = None,
    watch: Callable[[], None] | None = None,
) -> None:
    """Carries out the search, with what each probe came to in the journal of `folder` and each probe's own journal in
    a folder below `probes`. `on_probe` is told of each that was judged.

    An interrupt ends the probe under way, which then does not count. Raises what `run_load` raises.
    """
    objectives = objectives_of(profile)
    highest, highest_by = highest_of(profile, plan)
    for objective in objectives:
        if objective.window_s and objective.window_s > plan.probe_s:
            raise UsageError(f"{objective.text!r}: no such window fits into a probe; give a longer --probe-duration")
    folder = folder.absolute()
    header = header_now(run_id, PHASE, "harness")
    with JournalWriter(folder / PARTS / f"{PHASE}-harness.ndjson", header, profile.redactor) as journal:
        settings = _settings(profile, plan, objectives, highest, highest_by)
        journal.write(Began(time.monotonic_ns(), time.time_ns(), PHASE, settings))
        lowest = round_rate(min(plan.first, FIRST_SHARE * highest))
        search = Search(lowest, highest, plan.tolerance)
        prober = _Prober(replace(profile, objectives=objectives), folder, run_id, plan, interrupt, on_progress, watch)
        ending: Ending = "died"
        reason: str | None = "the harness itself failed"
        probes: list[Probed] = []
        try:
            while (following := _next(search, probes)) and not interrupt.requested:
                probe = prober.probe(len(probes) + 1, *following, plan.warmup_s(_reply_s(probes)))
                if interrupt.requested:
                    break
                journal.write(probe)
                probes.append(probe)
                if on_probe:
                    on_probe(probe)
            ending, reason = "interrupted" if interrupt.requested else "completed", None
        except KeyboardInterrupt:
            ending, reason = "interrupted", "ended at once"
            raise
        except HarnessError as error:
            reason = str(error)
            raise
        finally:
            journal.write(Ended(time.monotonic_ns(), time.time_ns(), PHASE, ending, reason))


def _next(search: Search, probes: Sequence[Probed]) -> tuple[float, Role] | None:
    return (probes[-1].rate, "repetition") if wants_repeating(probes) else search.next(tries(probes))


def _reply_s(probes: Sequence[Probed]) -> float:
    """How long replies take, as far as that was seen."""
    means = [probe.found["reply_ms"]["mean"] for probe in probes if probe.found["reply_ms"]["count"]]
    return means[-1] / 1000 if means else 0.0


@dataclass(frozen=True, slots=True)
class _Prober:
    """Carries out single probes."""

    profile: Profile
    folder: Path
    run_id: str
    plan: CapacityPlan
    interrupt: Interrupt
    on_progress: Callable[[Probing], None] | None
    watch: Callable[[], None] | None

    def probe(self, number: int, rate: float, role: Role, warmup_s: float) -> Probed:
        """One run at one rate, and what it came to."""

        def tell(run: Progress | None) -> None:
            if self.on_progress:
                self.on_progress(Probing(number, rate, role, run))

        tell(None)
        plan, place = self.plan, self.folder / "probes" / f"{number:02}"
        load = LoadPlan(
            scenario="arrivals",
            customers=0,
            arrival_rate=rate,
            spacing=plan.spacing,
            duration_s=warmup_s + plan.probe_s + MARGIN_S,
            think_s=plan.think_s,
            connections=plan.connections,
            workers=plan.workers,
            sinks=plan.sinks,
        )
        run_id = f"{self.run_id}-{number:02}"
        run_load(self.profile, place, run_id, load, interrupt=self.interrupt, on_progress=tell, watch=self.watch)
        join(place)
        found = judge_probe(
            list(in_time(read_run(place), PHASE)),
            self.profile.objectives,
            reply_timeout_s=self.profile.reply_timeout,
            warmup_s=warmup_s,
            probe_s=plan.probe_s,
            max_rate=self.profile.max_rate,
        )
        return Probed(time.monotonic_ns(), number, rate, role, found)


def _settings(
    profile: Profile, plan: CapacityPlan, objectives: Sequence[Objective], highest: float, highest_by: str
) -> dict[str, Any]:
    """All that judging needs. Times in seconds, rates in customers a second."""
    return {
        "target": profile.described(),
        "seed": profile.seed,
        "strict": profile.strict,
        "scenario": SCENARIO,
        "objectives": [objective.text for objective in objectives],
        "reply_timeout_s": profile.reply_timeout,
        "highest_per_s": highest,
        "highest_by": highest_by,
        "arrival_rate": plan.highest,
        **{name: value for name, value in asdict(plan).items() if name != "highest"},
    }
