"""What may be another limiter is let rest until it is as it was at the beginning: then the first is seen alone again.

Where that does not help, so little is asked, and so seldom, that the other is not met at all.
"""

from harness.identification.bank import Bank
from harness.identification.openings import longest_refusal
from harness.identification.pace import Pace
from harness.identification.run import Run, agreed

# A rest takes so many times what the first counts in, at least, and no more than this share of the time that is left.
SCALES, LONGEST_REST = 4, 0.1
# Of what was asked until the other was met, so much is asked in a row; then it is let rest for so many times as long as
# nothing was let in, but no shorter than a share of the first rest, and no longer than that.
SAFE, CLOSED, SHORTEST_REST = 0.5, 1.5, 0.25
# Less than so many quotas of the first show nothing of it.
LEAST = 2.0
# Each time that was too much, the rest is so many times as long.
LONGER = 2.0


def rested(run: Run) -> None:
    """Where another limiter may be what contradicts all models, it is let rest."""
    if _suspicious(run):
        run.fit(anew=True)  # what was given up early may explain it after all
        if _suspicious(run):
            let_rest(run, len(run.trace.observations))


def _suspicious(run: Run) -> bool:
    return run.caution.suspicious(run.contradicted, ever_explained=bool(run.clean))


def let_rest(run: Run, until: int, *, wrong: bool = False) -> None:
    """The other answered before so many requests were sent. `wrong`: what explained everything before did not hold."""
    caution = run.caution
    if not caution.quiet:
        lasted = run.now - run.trace.observations[0].sent
        scale = run.clean[0].model().scale if run.clean else run.scales.time
        caution.quiet = max(lasted, SCALES * scale)
    quiet = min(caution.quiet, LONGEST_REST * (run.budget.seconds - run.now))
    if caution.rests or wrong:
        _pace(run, until - caution.since, quiet)
        run.clean, run.explained = (), ()
    _cut(run)
    run.now += quiet
    run.fit(anew=True)
    caution.rests += 1
    run.rounds = 0
    caution.since = len(run.trace.observations)
    run.contradicted = 0


def _pace(run: Run, asked: int, quiet: float) -> None:
    safe = max(round(LEAST * run.scales.quota), round(SAFE * asked))
    if run.pace is None:
        closed = CLOSED * longest_refusal(run.trace.decisions)
        run.pace = Pace(safe, max(SHORTEST_REST * quiet, min(quiet, closed)))
    else:
        run.pace = Pace(min(run.pace.quota, safe), LONGER * run.pace.span)
    run.pace.note(run.trace.received)


def _cut(run: Run) -> None:
    """What contradicts all that explained everything before, and what came after that, is left out; all of it where
    nothing ever did."""
    models = [fit.model() for fit in run.clean if fit.hard == run.clean[0].hard]
    until = max((agreed(model, run.trace.decisions) for model in models), default=0)
    run.trace.decisions = run.trace.decisions[: max(until, len(run.explained))]
    run.bank = run.bank if run.clean else Bank()
