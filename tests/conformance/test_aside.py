"""Checks that run beside the others: at once, each with its own end, and nobody's wait is anybody else's."""

import threading

import pytest

from harness.conformance.aside import Aside
from harness.conformance.outcome import Unmet

PATIENCE_S = 20.0


def test_all_of_them_run_at_once():
    together = threading.Barrier(3, timeout=PATIENCE_S)
    aside = Aside()

    aside.start(["one", "two", "three"], lambda _: together.wait())

    assert [aside.result(item) for item in ("one", "two", "three")] == [True, True, True]


def test_what_one_of_them_raises_is_raised_where_it_is_asked_for():
    def run(item):
        if item == "broken":
            raise Unmet("something else", {})

    aside = Aside()
    aside.start(["broken", "whole"], run)

    assert aside.result("whole")
    with pytest.raises(Unmet, match="something else"):
        aside.result("broken")


def test_a_check_that_does_not_run_here_is_somebody_elses():
    assert not Aside().result("any")


def test_closing_waits_for_nobody():
    released = threading.Event()
    aside = Aside()
    aside.start(["patient"], lambda _: released.wait(PATIENCE_S))

    aside.close()
    still_at_it = not released.is_set()
    released.set()

    assert still_at_it
