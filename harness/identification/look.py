"""A look behind the limiter that was found: does something else refuse what it lets in, and what is that?"""

from harness.identification.again import asked_again, first_of
from harness.identification.bank import SHORTEST
from harness.identification.behind import Search
from harness.identification.rest import let_rest
from harness.identification.rounds import ROUNDS, rounds
from harness.identification.run import Look, Run, Step, agreed
from harness.identification.second import alone, second_of

# A second limit is looked for with so many times what the first lets in at once, and with so many requests at least.
FILLED, LEAST_BEHIND = 12, 60
# So often, for what is seen then may be what the first was not known well enough for; and so many experiments more.
LOOKS, MORE = 3, 4


def looked(run: Run, most: int) -> Step:
    """With at most so many requests, and more where something is met."""
    for number in range(LOOKS if most else 0):
        if not run.clean:
            return
        run.pace = None
        look = _begun(run)
        yield from run.carry_out(look.search.run(min(most, max(LEAST_BEHIND, FILLED * run.clean[0].model().quota))))
        if look.search.met is None:
            if _alone(run, last=number == LOOKS - 1):
                return
        else:
            yield from _named(run, look)
            if look.second is not None and look.second.bank.fits:
                return
            let_rest(run, sum(each.sent < look.search.met[0] for each in run.trace.observations), wrong=True)
        yield from rounds(run)


def _begun(run: Run) -> Look:
    """Anew, but for what is known of a second already."""
    search = Search(run.trace, run.clean[0], SHORTEST * run.trace.round_trip)
    if run.look is None:
        run.look = Look(len(run.trace.observations), search)
    run.look.search = search
    return run.look


def _alone(run: Run, *, last: bool) -> bool:
    """Nothing else was met: whether the first explains all that was seen, or it was looked for often enough."""
    run.fit()
    run.rounds = ROUNDS - MORE
    unmet = agreed(run.clean[0].model(), run.decided)
    if unmet < len(run.decided) and run.caution.rests:
        # What was left out for another limiter, which then is not there: it is this one that is wrong.
        let_rest(run, run.caution.since + unmet, wrong=True)
        return False
    return last or not run.bank.best.hard


def _named(run: Run, look: Look) -> Step:
    """What was met, by what the first lets in for certain; and the first again, by what that lets in."""
    look.second = second_of(run, look.search)
    yield from run.carry_out(alone(look.second))
    if look.second.bank.fits and not look.second.bank.best.hard:
        look.again = first_of(run, look.second)
        yield from run.carry_out(asked_again(look.again))
