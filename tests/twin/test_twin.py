"""A twin survives being written, and tells drift only where both sides were measured."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import UsageError
from harness.sandbox.delays import Delays
from harness.twin.drift import differences
from harness.twin.made import twin_of
from harness.twin.toml import read, written
from harness.twin.twin import Delay, Lifetime, Limiter, Multiplicity, Sender, Twin

DELAY = Delay("a", 100, (0.0, 50.0, 100.0), (1.0, 100.0, 300.0))
LIFETIME = Lifetime("a", 1, 30.0, True)
SENDER = Sender("a", 9, "accepted=2xx timeout=5s retry=constant first=1s", 6.5, 0.1)
LIMITER = Limiter("b", 90, "fixed-window limit=14 window=3.0s", "", 0.02)
TWIN = Twin(LIMITER, response=DELAY, reply=DELAY, replies=Multiplicity("a", 100, 1.0))
NOTHING = Twin()
WHOLE = replace(TWIN, lifetime=LIFETIME, sender=SENDER)


@given(run=st.text(), mean=st.floats(1, 1e9))
def test_what_was_written_is_read_again(run: str, mean: float) -> None:
    twin = replace(WHOLE, replies=Multiplicity(run, 3, mean), response=None)
    assert read(written(twin)) == twin


@pytest.mark.parametrize(
    ("old", "new"), [("samples = 90", "samples = -1"), ("50.0", "0.0"), ("error", "eror"), ("/1", "/9")]
)
def test_a_twin_that_was_edited_wrongly_is_refused(old: str, new: str) -> None:
    with pytest.raises(UsageError):
        read(written(TWIN).replace(old, new))


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("limiter", replace(LIMITER, policy="fixed-window limit=15 window=3.0s")),
        ("limiter", replace(LIMITER, policy="fixed-window limit=14 window=3.3s")),
        ("limiter", replace(LIMITER, policy=None)),
        ("response", replace(DELAY, ms=(1.0, 200.0, 300.0))),
        ("replies", Multiplicity("a", 100, 1.5)),
        ("lifetime", replace(LIFETIME, ttl_s=60.0)),
        ("lifetime", replace(LIFETIME, prolonged=False)),
        ("sender", replace(SENDER, policy="accepted=2xx timeout=3s retry=constant first=1s")),
        ("sender", replace(SENDER, policy="accepted=2xx timeout=5s retry=constant first=1.5s")),
        ("sender", replace(SENDER, policy="accepted=200 timeout=5s retry=constant first=1s")),
        ("sender", replace(SENDER, policy="accepted=2xx timeout=5s retry=table gaps=1s+1s")),
    ],
)
def test_what_changed_drifts_and_nothing_else(part: str, other: object) -> None:
    rows = differences(WHOLE, replace(WHOLE, **{part: other}))
    assert [row.part for row in rows if row.drift] == [part]


def test_a_difference_within_the_error_is_none_and_what_was_not_measured_is_not_compared() -> None:
    near = replace(TWIN, limiter=replace(LIMITER, policy="fixed-window limit=14 window=3.05s"), reply=None)
    assert [row.drift for row in differences(TWIN, near)] == [False, None, False, None, False, None, None]


@pytest.mark.parametrize(
    "policy",
    [
        "accepted=2xx timeout=5.1s retry=constant first=1.05s",
        "accepted=2xx retry=constant first=1s order=keep",
    ],
)
def test_a_sender_that_is_the_same_as_far_as_both_saw_it_does_not_drift(policy: str) -> None:
    rows = differences(WHOLE, replace(WHOLE, sender=replace(SENDER, policy=policy)))
    assert not any(row.drift for row in rows)


def test_what_was_not_seen_of_a_sender_is_told_and_not_compared() -> None:
    policy = "retry=exponential first=1s factor=2.0 longest=1h attempts=1000 give-up=1h jitter=0.5"
    short = replace(SENDER, policy=policy, samples=4, unseen=("longest", "attempts", "give-up"))
    long = replace(SENDER, policy="retry=exponential first=1s factor=2.0 longest=8s attempts=6 jitter=0.5")
    assert "# longest, attempts, give-up: not seen within 6.5 s" in written(replace(NOTHING, sender=short))

    row = differences(replace(NOTHING, sender=short), replace(NOTHING, sender=long))[-1]

    assert row.drift is False
    assert row.told == f"{policy} -> {long.policy} (not compared: longest, attempts, give-up)"


def test_a_sender_that_made_more_attempts_than_the_other_makes_has_drifted() -> None:
    went_on = replace(SENDER, policy="retry=constant first=1s attempts=1000", samples=7, unseen=("attempts",))
    ends = replace(SENDER, policy="retry=constant first=1s attempts=6")
    for old, new in ((went_on, ends), (ends, went_on)):
        rows = differences(replace(NOTHING, sender=old), replace(NOTHING, sender=new))
        assert [row.part for row in rows if row.drift] == ["sender"]


def test_of_a_sender_that_is_the_same_both_policies_are_told() -> None:
    new = replace(SENDER, policy=SENDER.policy.replace("5s", "5.1s"))
    row = differences(WHOLE, replace(WHOLE, sender=new))[-1]

    assert (row.drift, row.told) == (False, f"{SENDER.policy} -> {new.policy}")


def test_a_mean_of_few_samples_tells_less() -> None:
    few, many = (replace(TWIN, replies=Multiplicity("a", samples, 1.4)) for samples in (40, 4000))
    other = replace(TWIN, replies=Multiplicity("b", 4000, 1.5))
    assert [[row.part for row in differences(each, other) if row.drift] for each in (few, many)] == [[], ["replies"]]


BUCKET, LOG = "token-bucket rate=7.0 burst=4", "sliding-log limit=4 window=0.571s"
EITHER = "token_bucket|sliding_log"


@pytest.mark.parametrize(
    ("old", "new", "drift"),
    [
        ((BUCKET, EITHER), (LOG, "sliding_log|token_bucket"), False),
        ((BUCKET, EITHER), (LOG, ""), False),
        ((BUCKET, EITHER), (BUCKET, ""), False),
        ((BUCKET, ""), (LOG, ""), True),
        ((BUCKET, EITHER), ("sliding-log limit=5 window=0.571s", EITHER), True),
        ((BUCKET, EITHER), ("sliding-log limit=4 window=1.571s", EITHER), True),
        ((BUCKET, EITHER), ("sliding-log limit=4 window=0.571s headers=draft", EITHER), True),
        ((BUCKET, EITHER), ("fixed-window limit=4 window=0.571s", ""), True),
        ((BUCKET, EITHER), ("fixed-window limit=4 window=0.571s", "fixed_window_aligned|token_bucket"), False),
        ((LOG, "sliding_log|counting_log"), ("reject-log limit=4 window=0.571s", "counting_log|sliding_log"), False),
        ((LOG, "sliding_log|penalty_block"), ("penalty-block limit=4 window=9.0s block=0.571s", ""), None),
        ((BUCKET, "token_bucket|quantised_bucket"), ("quantised-bucket burst=4 refill=7 interval=1.0s", ""), False),
        (("queueing-bucket rate=7.0 burst=3", "queueing_bucket|token_bucket"), (BUCKET, ""), False),
    ],
)
def test_families_that_could_not_be_told_apart_are_compared_by_what_both_have(
    old: tuple[str, str], new: tuple[str, str], drift: bool | None
) -> None:
    one, other = (
        replace(TWIN, limiter=replace(LIMITER, policy=policy, undecided=undecided)) for policy, undecided in (old, new)
    )
    for pair in ((one, other), (other, one)):
        row = differences(*pair)[0]
        assert row.drift is drift, row.told
        assert ("could not be told" in row.told) == (drift is None or (drift is False and old[0] != new[0]))


def test_what_is_no_result_is_refused() -> None:
    with pytest.raises(UsageError):
        twin_of([{"schema": "other/1"}])


def test_delays_are_drawn_from_the_quantiles_and_repeat_for_a_seed() -> None:
    one, two = (Delays(0, 0, 0, 7, "x", ((0, 0.001), (50, 0.1), (100, 0.3))) for _ in range(2))
    drawn = [one.draw() for _ in range(2000)]
    assert drawn == [two.draw() for _ in range(2000)]
    assert sorted(drawn)[1000] == pytest.approx(0.1, rel=0.15)
