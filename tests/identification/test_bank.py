"""What explains a trace, and whether something else of the same family does too."""

import pytest

from benchmarks.virtual_limiter import VirtualLimiter
from harness.identification.bank import Bank
from harness.identification.families.sliding_counter import SlidingCounter as CounterModel
from harness.identification.refine import judged
from harness.sandbox.limiter.families.sliding_counter import SlidingCounter
from tests.identification.truth import seen_of

# Silences and requests: a quota and its return, once.
SHORT = [(0.0, 5), (0.4, 1), (0.4, 1), (0.3, 1), (0.3, 1), (0.3, 1), (0.3, 1), (0.3, 1)]


def known(probes):
    trace = seen_of(VirtualLimiter(SlidingCounter(4, 2.0, "down"), 0.004, seed=3), probes)
    bank = Bank()
    bank.fit(trace, anew=True)
    return bank, trace


def test_other_clocks_that_explain_a_short_trace_as_well_are_told():
    bank, trace = known(SHORT)
    assert bank.best.hard == 0
    counter = next(fit for fit in bank.fits if fit.family is CounterModel)
    bank.fits.insert(0, counter)
    twins = bank.twins(trace)
    assert twins
    for twin in twins:
        assert judged(twin.family, twin.parameters, trace.decisions)[0] == 0
        assert twin.parameters["window"] != pytest.approx(counter.parameters["window"], rel=0.02)


def test_a_long_trace_leaves_one_clock():
    bank, trace = known(
        [
            (silence + 2.7 * turn * (not number), count)
            for turn in range(9)
            for number, (silence, count) in enumerate(SHORT)
        ]
    )
    assert bank.best.family is CounterModel
    assert bank.best.parameters["window"] == pytest.approx(2.0, rel=0.01)
    assert bank.twins(trace) == []
