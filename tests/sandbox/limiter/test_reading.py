"""How a limiter is told: by a line or by JSON, and what is said where it cannot be."""

import json
import re
from pathlib import Path

import pytest

from harness.sandbox.limiter.counting import COUNTED
from harness.sandbox.limiter.dialects import DIALECTS
from harness.sandbox.limiter.families import catalogue
from harness.sandbox.limiter.families.fixed_window import FixedWindow
from harness.sandbox.limiter.families.queueing_bucket import QueueingBucket
from harness.sandbox.limiter.families.sliding_counter import SlidingCounter
from harness.sandbox.limiter.families.token_bucket import TokenBucket
from harness.sandbox.limiter.policy import Policy
from harness.sandbox.limiter.reading import COMMON, catalogue_lines, dashed, policy_from
from harness.sandbox.limiter.retry_after import HONESTY
from harness.sandbox.limiter.scope import PARTS

ROOT = Path(__file__).parents[3]
LINES = [
    "concurrency limit=3",
    "first-hit-window limit=14 window=3s",
    "fixed-window limit=14 window=3s",
    "none",
    "penalty-block limit=14 window=2s block=5s",
    "quantised-bucket burst=10 refill=3 interval=500ms",
    "queueing-bucket rate=8/s burst=11",
    "reject-log limit=14 window=1m",
    "sliding-counter limit=14 window=3s rounding=down",
    "sliding-log limit=14 window=3s",
    "token-bucket rate=30/m burst=12",
]


def test_every_family_can_be_told():
    assert [policy_from(line).family.name for line in LINES] == list(catalogue())


def test_a_line_may_tell_everything():
    line = (
        "fixed-window limit=14 window=3s scope=key+operation counts=known-sessions headers=draft+retry-after-date "
        "retry-after=late status=503"
    )

    assert policy_from(line) == Policy(
        FixedWindow(14, 3.0),
        scope=("key", "operation"),
        counts="known_sessions",
        headers=("draft", "retry_after_date"),
        retry_after="late",
        status=503,
    )


def test_what_is_left_out_is_as_ever():
    policy = policy_from("fixed-window limit=1 window=1")

    assert policy == Policy(FixedWindow(1, 1.0), ("key",), "authenticated", ("ratelimit",), "honest", 429)


@pytest.mark.parametrize("line", LINES)
def test_what_is_described_can_be_read_again(line):
    policy = policy_from(f"{line} scope=address counts=everything status=503")
    described = json.dumps(policy.described())

    assert policy_from(described) == policy_from(json.loads(described)) == policy


@pytest.mark.parametrize(
    ("told", "family"),
    [
        ("token_bucket rate=0.5 burst=2", TokenBucket(0.5, 2)),
        ("token-bucket rate=30/m burst=2", TokenBucket(0.5, 2)),
        ("queueing-bucket burst=2 rate=.5/s", QueueingBucket(0.5, 2)),
        ("  fixed-window   limit=2 window=1.5m", FixedWindow(2, 90.0)),
        ("fixed-window limit=2 window=250ms", FixedWindow(2, 0.25)),
        ('{"family": "fixed-window", "limit": 2, "window": 3}', FixedWindow(2, 3.0)),
        ({"family": "fixed_window", "limit": 2, "window_s": 0.5}, FixedWindow(2, 0.5)),
        ("sliding-counter limit=2 window=1s", SlidingCounter(2, 1.0, "exact")),
    ],
)
def test_numbers_and_names_may_be_written_in_several_ways(told, family):
    assert policy_from(told).family == family


@pytest.mark.parametrize(
    ("told", "advice"),
    [
        ("", "name a family first: concurrency, "),
        ("fixed-windo limit=1 window=1s", "did you mean fixed-window?"),
        ("leaky", "there are concurrency, first-hit-window"),
        ("fixed-window limit=14", "window is missing: window= takes a duration such as 3s, 500ms or 1m"),
        ("fixed-window window=3s", "limit is missing: limit= takes a whole number from 1 to 100000"),
        ("fixed-window limit=0 window=3s", "limit=0 cannot be"),
        ("fixed-window limit=1.5 window=3s", "it takes a whole number from 1"),
        ("fixed-window limit=100001 window=3s", "it takes a whole number from 1"),
        ("fixed-window limit=1 window=0s", "window=0s cannot be (a duration is from 1ms to 366d)"),
        ("fixed-window limit=1 window=3parsecs", "it takes a duration such as 3s"),
        ("token-bucket rate=0 burst=1", "rate=0 cannot be"),
        ("token-bucket rate=8/w burst=1", "it takes a rate such as 8, 8/s or 30/m"),
        ("fixed-window limt=14 window=3s limit=1", "takes no option 'limt'; did you mean limit?"),
        ("fixed-window limit=14 window=3s refill=3", "takes no option 'refill'; it takes limit, window, scope, counts"),
        ("token-bucket rate=25 bust=4", "takes no option 'bust'; did you mean burst?"),
        ("fixed-window limit 14", "write option=value, without spaces, in place of 'limit'"),
        ("fixed-window limit= 14 window=3s", "write option=value"),
        ("fixed-window limit=14 limit=15 window=3s", "an option comes twice"),
        ("fixed-window limit=1 window=1s scope=tenant", "it takes one of key, session, address, global, operation"),
        ("fixed-window limit=1 window=1s scope=key+key", "once at most"),
        ("fixed-window limit=1 window=1s counts=some", "it takes one of authenticated, everything, known-sessions"),
        ("fixed-window limit=1 window=1s headers=y-ratelimit", "it takes one of none, ratelimit, x-ratelimit, draft"),
        ("fixed-window limit=1 window=1s headers=retryafter", "did you mean retry-after"),
        ("fixed-window limit=1 window=1s scope=adress", "did you mean address?"),
        ("fixed-window limit=1 window=1s headers=none+draft", "headers=none+draft cannot be: none stands alone"),
        ("fixed-window limit=1 window=1s retry-after=maybe", "it takes one of honest, early, late, window, none"),
        ("fixed-window limit=1 window=1s status=500", "it takes 429 or 503"),
        ("fixed-window limit=1 window=1s headers=none retry-after=late", "sends no Retry-After that could be late"),
        ("fixed-window limit=1 window=1s counts=everything", "scope may be address or global"),
        ("concurrency limit=1 retry-after=window", "concurrency has no window"),
        ("sliding-counter limit=1 window=1s rounding=up", "it takes exact or down"),
        ("none headers=draft", "none has no limit to tell of: leave headers out"),
        ("{", "it begins like JSON and is none"),
        ("{} ", "name a family first"),
        ({"family": "fixed_window", "limit": "x", "window": 1}, "limit=x cannot be"),
        ({"family": "fixed_window", "limit": True, "window": 1}, "limit=True cannot be"),
        ({"family": "fixed_window", "limit": 1, "window": True}, "window=True cannot be"),
        ({"family": "fixed_window", "limit": 1, "window": None}, "window=None cannot be"),
        ({"family": "fixed_window", "limit": 1, "window": [3]}, "cannot be"),
        ({"family": "fixed_window", "limit": 1, "window": 1, "window_s": 2}, "window comes twice"),
        ({"family": "fixed_window", "limit": 1, "window": 1, "scope": []}, "once at most"),
        ({"family": "fixed_window", "limit": 1, "window": 1, "scope": [["key"]]}, "it takes one of key"),
        ({"family": ["x"]}, "there is no family"),
        ({"family": "none", "hits": 3}, "takes no option 'hits'"),
    ],
)
def test_what_cannot_be_is_told_with_what_to_write_instead(told, advice):
    with pytest.raises(ValueError, match=r"^limiter") as caught:
        policy_from(told)

    assert advice in str(caught.value)


@pytest.mark.parametrize("page", ["README.md", "harness/sandbox/limiter/README.md"])
def test_every_policy_that_is_shown_in_a_page_can_be_read(page):
    shown = re.findall(r"--limiter '([^']+)'", (ROOT / page).read_text())
    shown += [
        json.loads(body)["limiters"][0] for body in re.findall(r"-d '(\{\"limiters\".*)'", (ROOT / page).read_text())
    ]

    assert len(shown) >= 2
    for told in shown:
        if told != "token-bucket rate=N burst=B":
            policy_from(told)


def test_the_page_names_every_option_and_value():
    page = (ROOT / "harness/sandbox/limiter/README.md").read_text()
    for name in [*PARTS, *COUNTED, *DIALECTS, *HONESTY, *COMMON]:
        assert f"`{dashed(name)}`" in page


def test_the_list_shows_every_family_with_its_parameters_and_every_option():
    lines = dict(catalogue_lines())

    assert "fixed-window limit= window=" in lines
    assert "sliding-counter limit= window= [rounding=exact|down]" in lines
    assert {"scope=", "counts=", "headers=", "retry-after=", "status="} <= set(lines)
    assert len([name for name in lines if name.split(" ")[0].replace("-", "_") in catalogue()]) == len(catalogue())
