"""Where limiters are set: at the start, and by control while the sandbox runs."""

import subprocess
import sys

import pytest

from tests.sandbox.limiter.visits import ONE, TWO, set_limiters, statuses
from tests.sandbox.process import QUICK
from tests.sandbox.site import Site, at_site


def run(*options):
    argv = [sys.executable, "-m", "harness", "sandbox", "--port", "0", *options]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)


def test_limiters_are_options_of_the_command(start_sandbox):
    lines = ["fixed-window limit=100 window=300d scope=global", f"{TWO} headers=draft"]
    sandbox = start_sandbox(*QUICK, *(option for line in lines for option in ("--limiter", line)))
    answers = [sandbox.send("unknown") for _ in range(3)]
    state = sandbox.state()

    assert [answer.status_code for answer in answers] == [404, 404, 429]
    assert [layer["family"] for layer in state["limiters"]] == ["fixed_window", "sliding_log"]
    assert state["limiter"] == state["limiters"][0]
    assert state["limiters"][0]["hits"] == {"everybody": 3}


@pytest.mark.parametrize(
    ("options", "advice"),
    [
        (["--limiter", "fixed-window limit=14"], "window is missing"),
        (["--limiter", "leaky-bucket rate=3"], "there is no family 'leaky-bucket'"),
        (["--limiter", ONE, "--rate-limit", "3"], "give one of the two"),
    ],
)
def test_what_cannot_be_is_one_line_of_advice_and_exit_code_2(options, advice):
    done = run(*options)

    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert advice in done.stderr


def test_the_families_can_be_listed():
    done = run("--limiters")

    assert done.returncode == 0
    assert "sliding-counter limit= window= [rounding=exact|down]" in done.stdout
    assert "retry-after-date" in done.stdout


def test_control_sets_other_limiters_unused_yet_by_line_or_as_json():
    async def visit(site: Site):
        before = await statuses(site, 2)
        lines = await set_limiters(site, ONE)
        other = await statuses(site, 2)
        again = await set_limiters(site, *lines[1]["limiters"])  # what it says can be said to it
        other += await statuses(site, 2)
        none = await set_limiters(site)
        return before, lines == again, other, none, await statuses(site, 3)

    assert at_site(visit, limiters=[TWO]) == (
        [404, 404],
        True,
        [404, 429, 404, 429],
        (200, {"limiters": []}),
        [404] * 3,
    )


@pytest.mark.parametrize(
    ("told", "advice"),
    [("fixed-window limit=14", "window is missing"), (5, "send {"), ({"family": "fixed_window"}, "limit is missing")],
)
def test_control_takes_no_limiter_that_cannot_be_and_keeps_those_it_had(told, advice):
    async def visit(site: Site):
        return await set_limiters(site, ONE, told), await statuses(site, 2)

    (status, body), after = at_site(visit, limiters=[ONE])

    assert (status, after) == (400, [404, 429])
    assert advice in body["message"]


def test_the_rate_of_each_key_is_a_token_bucket_as_it_was():
    async def visit(site: Site):
        got = await site.send("unknown")
        return dict(got.headers), (await site.state())["limiter"]

    headers, state = at_site(visit, rate_limit_per_s=5.0)

    assert (headers["RateLimit-Limit"], headers["RateLimit-Remaining"], headers["RateLimit-Reset"]) == ("5", "4", "1")
    assert (state["family"], state["rate_per_s"], state["burst"], len(state["tokens"])) == ("token_bucket", 5.0, 5, 1)


def test_a_key_in_a_path_is_not_shown_in_the_state_or_the_log(start_sandbox):
    sandbox = start_sandbox(*QUICK, "--limiter", f"{ONE} scope=session")
    sandbox.send("sandbox-key-one")
    sandbox.send("sandbox-key-one")

    assert "sandbox-key-one" not in sandbox.control.get("/state").text + sandbox.control.get("/log").text
    assert sandbox.log("request")[-1]["limited_by"] == 1
