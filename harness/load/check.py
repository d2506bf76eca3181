"""Whether a load run can be what it is asked to be, before anything of it is there."""

import socket

from harness.errors import UsageError
from harness.load.early import FIGURES
from harness.load.plan import FASTEST, NO_PHRASES, SCENARIOS, LoadPlan
from harness.load.remote.meeting import Meeting
from harness.profile import Profile

LOOPBACK = "127.0.0.1"


def check(profile: Profile, plan: LoadPlan, meeting: Meeting | None = None) -> None:
    """Raises UsageError, which says what to give instead."""
    _check_plan(plan)
    _check_meeting(profile, plan, meeting)
    _check_windows(profile, plan)
    if plan.scenario == "handover" and not profile.handover_phrases:
        raise UsageError(NO_PHRASES)
    if plan.web:
        _check_port(plan.web_port)


def _check_plan(plan: LoadPlan) -> None:
    if plan.scenario not in SCENARIOS:
        raise UsageError(f"there is no scenario {plan.scenario!r}; there is {', '.join(SCENARIOS)}")
    if plan.workers < 0 or plan.sinks < 1 or plan.in_flight < 1:
        raise UsageError(
            "a load takes 0 workers (one process) or more, at least 1 sink, and at least 1 message in flight"
        )
    if not plan.is_open and plan.customers < plan.workers:
        raise UsageError(
            f"--workers {plan.workers}: there are {plan.customers} customers; each worker takes at least one"
        )
    if plan.connections is not None and plan.connections < 1:
        raise UsageError("--connections takes a number from 1 on, or per-customer")
    if plan.is_open != (SCENARIOS[plan.scenario] == "open"):
        takes = "--customers and no --arrival-rate" if plan.is_open else "--arrival-rate PER_SECOND"
        raise UsageError(f"{plan.scenario} takes {takes}")
    if plan.arrival_rate is not None and not 0 < plan.arrival_rate <= FASTEST:
        raise UsageError(f"--arrival-rate takes a number of customers a second, up to {FASTEST:g}")
    if (plan.customers < 1 and not plan.is_open) or plan.duration_s <= 0 or plan.think_s < 0:
        raise UsageError("a load takes at least 1 customer, a duration above 0 and a think time of 0 or more seconds")


def _check_meeting(profile: Profile, plan: LoadPlan, meeting: Meeting | None) -> None:
    if meeting is None:
        return
    if not plan.workers:
        raise UsageError("--master takes --workers N: how many machines will join, each with one")
    if plan.web:
        raise UsageError("--web shows what runs on this machine: leave out --master")
    if profile.embedded:
        raise UsageError("--master takes a target that other machines reach as well: give --base-url URL")


def _check_windows(profile: Profile, plan: LoadPlan) -> None:
    if plan.abort_early and not any(each.window_s and each.figure in FIGURES for each in profile.objectives):
        raise UsageError(
            "--abort-early takes an objective with a window, as in --objective 'reply_p99<2s over 10s': "
            "one without can only be judged at the end"
        )
    for objective in profile.objectives:
        if objective.window_s and not plan.web and objective.window_s >= plan.duration_s:
            raise UsageError(
                f"{objective.text!r}: a run of {plan.duration_s:g} s has no such window in it; give a longer --duration"
            )


def _check_port(port: int) -> None:
    """Locust would say so in its log, after a while, and end."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise UsageError(f"--web-port {port}: {error.strerror}; give another") from None
