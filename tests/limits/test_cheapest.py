"""Which request the limit is found with, and how far it is looked for."""

import itertools
from collections import Counter
from types import SimpleNamespace

import pytest

from harness.limits.cheapest import choose
from harness.limits.purse import Purse
from harness.limits.subject import Subject


class Target:
    """Lets `quota` requests in, of each of those that `whose` tells apart."""

    def __init__(self, quota, whose):
        self.purse = Purse(400, 120.0)
        self._quota, self._whose = quota, whose
        self._asked = Counter()

    def now(self):
        return 0.0

    def ask(self, subject, purpose, count=1):
        self.purse.take(count, 0.0)
        return [self._answer(subject) for _ in range(count)]

    def _answer(self, subject):
        self._asked[self._whose(subject)] += 1
        refused = self._asked[self._whose(subject)] > self._quota
        return SimpleNamespace(refused=refused, admitted=not refused)


def everybody(subject):
    return "everybody"


def operation(subject):
    return subject.kind == "session"


def session(subject):
    return subject.kind


def of(quota, whose):
    target = Target(quota, whose)
    return choose(target, target.purse)


@pytest.mark.parametrize("quota", [20, 230, 320])
def test_a_quota_that_all_share_is_met_by_all_of_them_and_found_with_what_leaves_nothing_behind(quota):
    assert of(quota, everybody).subject == Subject("unknown")


def test_new_sessions_that_alone_are_limited_are_what_it_is_found_with():
    each = itertools.count()
    choice = of(20, lambda subject: "session" if subject.kind == "session" else next(each))
    assert choice.subject == Subject("session")
    assert choice.why == "a message to a session that does not exist and a message were not limited"


def test_what_was_refused_for_a_quota_of_its_own_is_not_told_to_be_without_a_limit():
    choice = of(10, session)
    assert choice.subject == Subject("message")
    assert choice.why == "a message to a session that does not exist does not share its quota"


def test_where_nothing_is_refused_each_kind_is_tried_with_its_whole_share():
    choice = of(1000, operation)
    assert (choice.subject, choice.sent, choice.cut_short) == (None, 340, False)
