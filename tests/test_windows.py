"""An objective over sliding windows is judged on the worst of them, and on no window that says too little."""

from random import Random

import pytest

from harness import figures, windows
from harness.errors import UsageError
from harness.events import Acked, Began, Ended, Failed, Planned, Replied, Sent
from harness.histogram import summarise
from harness.measurement import measure
from harness.objective import parse_objective
from harness.seconds import SECOND, Seconds

MS = 1_000_000


def run(replies_ms, every_ms=10, begin_ms=0, fails=()):
    """A run in which message n is sent at n times `every_ms` into its own session and answered after replies_ms[n]."""
    events = [Began(0, 0, "load")]
    for number, reply_ms in enumerate(replies_ms):
        name, at = f"m{number}", (begin_ms + number * every_ms) * MS
        events += [Acked(0, f"o{name}", 200, name, "u"), Planned(at, name, "sendMessage", "c", name), Sent(at, name)]
        if number in fails:
            events.append(Failed(at + MS, name, "timed out"))
        else:
            events.append(Acked(at + MS, name, 200))
            events.append(Replied(at + round(reply_ms * MS), 0, name, "u", "bot", name))
    end = max(event.at for event in events) + 20 * SECOND
    return [*sorted(events, key=lambda event: event.at), Ended(end, 0, "load", "completed")]


def judged(text, events):
    objective = figures.check(parse_objective(text))
    return windows.judge(objective, measure(events, 10.0, windows.kinds([objective])).seconds)


def test_a_slow_stretch_that_the_whole_run_hides_breaks_a_window():
    slow = [500.0 if 1200 <= number < 1500 else 20.0 for number in range(3000)]  # seconds 12, 13 and 14 of 30
    events = run(slow)

    verdict = judged("reply_p90<100ms over 4s", events)

    assert figures.judge(parse_objective("reply_p90<100ms"), measure(events, 10.0))["verdict"] == "pass"
    assert verdict["verdict"] == "fail"
    assert verdict["value"] == pytest.approx(500, rel=1e-3)
    assert verdict["worst_at_s"] == 9  # the first of those whose last tenth is slow: seconds 9 to 12
    assert verdict["window_s"] == 4
    # 29 seconds are whole: the last send is in the middle of the thirtieth.
    assert verdict["windows"] == {"judged": 26, "missed": 6, "left_out": 0}


def test_the_figure_of_a_window_is_that_of_its_messages():
    dice = Random(1)
    replies = [dice.lognormvariate(3, 1) + 1 for _ in range(1000)]
    seconds = measure(run(replies), 10.0, {"reply"}).seconds
    slid = list(windows.slide(parse_objective("reply_p99<2s over 3s"), seconds, range(10)))

    assert [window.at_s for window in slid] == list(range(8))
    for window in slid:
        exact = summarise([round(reply * MS) for reply in replies[100 * window.at_s : 100 * (window.at_s + 3)]])
        assert window.value == pytest.approx(exact.p99, rel=2e-3)


def test_windows_at_the_ragged_edges_are_not_judged():
    # From 0.5 s to 5.49 s: seconds 1 to 4 are whole.
    events = run([20.0] * 500, begin_ms=500)

    assert judged("accepted>=100/s over 1s", events)["windows"] == {"judged": 4, "missed": 0, "left_out": 0}
    assert judged("accepted>=100/s over 4s", events)["worst_at_s"] == 1
    assert judged("accepted>=100/s over 5s", events)["verdict"] == "fail"


def test_a_window_with_too_few_samples_is_left_out_and_none_at_all_fails():
    events = run([20.0] * 60, every_ms=100)

    assert judged("reply_p50<1s over 2s", events)["verdict"] == "pass"
    few = judged("reply_p99<1s over 2s", events)
    assert (few["verdict"], few["value"], few["worst_at_s"]) == ("fail", None, None)
    assert few["windows"] == {"judged": 0, "missed": 0, "left_out": 4}


def test_a_share_is_judged_where_one_message_alone_would_not_break_it():
    events = run([20.0] * 600, fails={150})

    assert judged("failed<=1% over 1s", events)["verdict"] == "pass"
    assert judged("failed<1% over 1s", events)["windows"]["judged"] == 0
    assert judged("failed<1% over 2s", events)["verdict"] == "pass"
    assert judged("failed<=0% over 1s", events) | {"objective": "", "unit": ""} == {
        "objective": "",
        "value": 1.0,
        "unit": "",
        "verdict": "fail",
        "window_s": 1,
        "worst_at_s": 1,
        "windows": {"judged": 5, "missed": 1, "left_out": 0},
    }


@pytest.mark.parametrize("text", ["accepted>99/s over 1s", "answered>=100% over 3s", "malformed<=0 over 2s"])
def test_rates_shares_and_counts_have_windows_too(text):
    assert judged(text, run([20.0] * 600))["verdict"] == "pass"


def test_the_least_counts_where_the_bound_is_a_lower_one():
    events = run([20.0] * 600, fails=set(range(200, 300)))

    verdict = judged("accepted>90% over 1s", events)

    assert (verdict["verdict"], verdict["value"], verdict["worst_at_s"]) == ("fail", 0, 2)
    assert judged("accepted>50/s over 1s", events)["worst_at_s"] == 2


def test_a_second_costs_no_more_than_what_was_different_in_it():
    seconds = Seconds(0, {"reply"})
    for number in range(10_000):
        seconds.latency(number, "reply", 50 * MS + number % 7)

    assert len(seconds.at(0).latencies["reply"]._counts) == 1
    assert seconds.at(0).latencies["reply"].count == 10_000


@pytest.mark.parametrize(
    ("text", "window_s"),
    [("reply_p99<2s over 30s", 30), ("lost < 0.1 % over 2 m", 120), ("misrouted<=0 over 5s", 5), ("lost<1%", None)],
)
def test_a_window_is_written_behind_the_bound(text, window_s):
    assert parse_objective(text).window_s == window_s


@pytest.mark.parametrize("text", ["lost<1% over", "lost<1% over 0s", "lost<1% over 1.5s", "lost<1% 5s"])
def test_a_window_that_cannot_be_is_refused(text):
    with pytest.raises(UsageError):
        parse_objective(text)
