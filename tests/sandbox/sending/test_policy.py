"""What a sender's policy says of the next attempt, and how it is read."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.sandbox.sending.backoff import Backoff
from harness.sandbox.sending.policy import SenderPolicy
from harness.sandbox.sending.reading import OPTIONS, sender_policy_from


def gaps(policy: SenderPolicy, most: int = 10) -> list[float]:
    found = [policy.gap_s(attempts) for attempts in range(1, most)]
    return [gap for gap in found if gap is not None]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("retry=none", []),
        ("retry=constant first=2s attempts=4", [2, 2, 2]),
        ("first=100ms factor=3 longest=1s attempts=6", [0.1, 0.3, 0.9, 1, 1]),
        ("retry=table gaps=1s+5s+30s", [1, 5, 30]),
        ("retry=table gaps=1s+5s+30s attempts=2", [1]),
        ("factor=100 longest=366d attempts=100000", None),
    ],
)
def test_each_schedule_has_its_gaps(line, expected):
    found = gaps(sender_policy_from(line))

    assert found == pytest.approx(expected) if expected is not None else max(found) <= 366 * 86_400


@pytest.mark.parametrize(
    ("line", "status", "accepted"),
    [
        ("", 204, True),
        ("", 301, False),
        ("accepted=200", 204, False),
        ("accepted=2xx+404", 404, True),
        ("accepted=2xx+404", 410, False),
    ],
)
def test_a_status_is_accepted_by_itself_or_by_its_class(line, status, accepted):
    assert sender_policy_from(line).accepts(status) is accepted


@given(st.floats(0, 1), st.integers(1, 19), st.integers(0, 1000))
def test_jitter_takes_from_a_gap_and_adds_nothing(jitter, attempts, seed):
    policy = SenderPolicy(jitter=jitter)
    gap_s = policy.gap_s(attempts)
    drawn_s = Backoff(policy, seed).pause_s(attempts, 0.0)

    assert gap_s is not None
    assert gap_s * (1 - jitter) * 0.999 <= drawn_s <= gap_s


def test_who_obeys_waits_at_least_as_long_as_asked_and_who_does_not_as_long_as_planned():
    told = "retry=constant first=1s jitter=0 retry-after={}"
    obeying, ignoring = (Backoff(sender_policy_from(told.format(word))) for word in ("obey", "ignore"))

    assert [each.pause_s(1, 0.0, 3.0) for each in (obeying, ignoring)] == [3.0, 1.0]
    assert obeying.pause_s(1, 0.0, 0.2) == 1.0
    assert obeying.pause_s(1, 60.0, 3.0) is None


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("retry", "write option=value"),
        ("retries=none", "did you mean retry"),
        ("retry=often", "it takes none or constant or exponential or table"),
        ("retry=none retry=none", "retry comes twice"),
        ("accepted=2x", "it takes statuses joined by +"),
        ("accepted=99", "it takes statuses"),
        ("timeout=-1s", "it takes a duration"),
        ("timeout=0", "it takes a duration"),
        ("factor=nan", "it takes a number from 1 to 100"),
        ("jitter=2", "it takes a share from 0 to 1"),
        ("attempts=0", "it takes a whole number"),
        ("retry=table", "go together"),
        ("gaps=1s", "go together"),
        ("retry=table gaps=1s+soon", "it takes durations joined by +"),
        ("retry=none attempts=3", "retry=none has no use for attempts"),
        ("order=any", "it takes keep or overtake"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_write_instead(line, complaint):
    with pytest.raises(ValueError, match=r"^sender ") as raised:
        sender_policy_from(line)

    assert complaint in str(raised.value)


@given(st.text(st.sampled_from("=+ s01x.einfa"), max_size=12), st.sampled_from(sorted(OPTIONS)))
def test_whatever_is_written_is_a_policy_or_a_complaint(value, option):
    # Anything but a ValueError would leave the test.
    with suppress(ValueError):
        assert isinstance(sender_policy_from(f"{option}={value}"), SenderPolicy)
