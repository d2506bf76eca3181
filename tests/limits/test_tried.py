"""A window that turns between two requests of the subject is no sign of whose quota it is: others with quotas of their
own are asked again only when those are there again."""

from types import SimpleNamespace

from harness.limits import scope
from harness.limits.subject import Subject

MINE, THEIRS = Subject("unknown"), Subject("unknown", address="127.0.0.2")
QUOTA = 3


class Slow:
    """Answers as a target whose every address has QUOTA requests, and whose subject's window turns `turns` times just
    before the subject is asked again."""

    def __init__(self, turns: int, shared: bool = False) -> None:
        self.left = {MINE: 0, THEIRS: QUOTA}
        self._turns, self._shared = turns, shared
        self.number = 0

    def knows(self, subject: Subject) -> bool:
        return True

    def ask(self, subject: Subject, purpose: str) -> list[SimpleNamespace]:
        if subject is MINE and self._turns:
            self._turns -= 1
            self.left[MINE] = QUOTA
        whose = MINE if self._shared else subject
        self.left[whose] -= 1
        self.number += 1
        refused = self.left[whose] < 0
        return [SimpleNamespace(number=self.number, refused=refused, verdict="refused" if refused else "let in")]

    def exhaust(self, again: bool) -> SimpleNamespace:
        if again:
            self.left[THEIRS] = QUOTA
        self.left[MINE] = 0
        return SimpleNamespace(number=0, refused=True, verdict="refused")


def shares(slow: Slow) -> bool | None:
    return scope._tried(slow, MINE, "address", THEIRS, slow.exhaust, min(scope.IN_A_ROW, QUOTA - 1)).shares


def test_a_quota_of_its_own_is_not_taken_for_a_shared_one_however_often_it_is_tried():
    assert [shares(Slow(turns)) for turns in range(scope.TRIES)] == [False] * scope.TRIES


def test_a_shared_one_is_told_whenever_nothing_turned():
    assert [shares(Slow(turns, shared=True)) for turns in range(scope.TRIES)] == [True] * scope.TRIES


def test_what_turns_every_time_cannot_be_told():
    assert shares(Slow(scope.TRIES)) is None
