"""Locust's own command and its web UI work too: they start the sink, and end with a report."""

import json
import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from harness.assets import asset
from harness.events import Acked, Ended, Replied
from harness.journal import in_time
from harness.load.plan import LoadPlan, Progress
from harness.processes.child import Child
from harness.recording.reader import read_run
from tests.load.running import (
    CLIENT_ID,
    KEY,
    PATIENCE_S,
    QUICK,
    carry_out,
    nothing_is_left,
    profile_for,
    sandbox,
    until,
)


def locust(*options: str, key: str = KEY, client_id: str = CLIENT_ID, scenario: str = "conversations") -> Child:
    environment = {"HARNESS_API_KEY": key, "HARNESS_CLIENT_ID": client_id}
    argv = [sys.executable, "-m", "locust", "-f", str(asset("locustfiles") / f"{scenario}.py"), *options]
    return Child("locust", argv, environment=environment)


def events_of(folder: Path) -> list[Any]:
    return list(in_time(read_run(folder), "load"))


def test_plain_locust_runs_headless_and_has_the_report_written(tmp_path: Path):
    folder = tmp_path / "report"
    with sandbox(*QUICK) as target:
        options = ("--host", target.base_url, "--headless", "-u", "5", "-r", "5", "-t", "3s", "--think", "0.2")
        with locust(*options, "--only-summary", "--report", str(folder)) as running:
            code = running.wait(PATIENCE_S)
            said = running.last_words
        accepted = [e for e in target.requests("sendMessage") if e["outcome"] == "accepted"]

    result = json.loads((folder / "result.json").read_text())
    assert code == 0, said
    assert result["load"]["messages"]["accepted"] == result["load"]["replies"]["answered"] == len(accepted) > 0
    assert str(folder) in "".join(said.split())  # the lines are wrapped
    assert (folder / "report.html").exists()
    assert not [path for path in folder.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    assert nothing_is_left()


@pytest.mark.parametrize(("options", "ending"), [(("-t", "3s"), "completed"), ((), "stopped")])
def test_plain_locust_lets_customers_come_at_a_rate_with_an_end_and_without(
    tmp_path: Path, options: tuple[str, ...], ending: str
):
    folder = tmp_path / "report"
    with sandbox(*QUICK) as target:
        usual = ("--host", target.base_url, "--headless", "--arrival-rate", "20", "--think", "0.05", "--only-summary")
        with locust(*usual, *options, "--report", str(folder), scenario="arrivals") as running:
            if ending == "stopped":
                until(lambda: len(target.requests("createSession")) > 40)
                running.signal(signal.SIGINT)
            code, said = running.wait(PATIENCE_S), running.last_words
        sessions = len(target.requests("createSession"))

    result = json.loads((folder / "result.json").read_text())
    assert code == result["exit_code"] in (0, 4), said  # a busy machine may make it invalid
    counts = result["load"]["sessions"]
    # Who was due as the time ran out, and was not let in any more, is counted as missed.
    assert counts["planned"] - counts["missed"] == sessions
    # Sixty are due in three seconds; how many of them a busy machine gets to is told, and not judged here.
    assert counts["planned"] <= 62 if ending == "completed" else sessions > 40
    assert sessions > 20
    assert (result["load"]["scenario"], result["load"]["arrival_rate"]) == ("arrivals", 20)


@pytest.mark.parametrize(
    ("scenario", "options"),
    [
        ("arrivals", ()),
        ("surge", ("--arrival-rate", "0")),
        ("arrivals", ("--arrival-rate", "nan")),
        ("conversations", ("--arrival-rate", "5")),
    ],
)
def test_a_rate_is_given_to_those_scenarios_that_take_one(scenario: str, options: tuple[str, ...]):
    with locust("--host", "http://127.0.0.1:9", "--headless", *options, scenario=scenario) as running:
        assert running.wait(PATIENCE_S) == 2
        assert "--arrival-rate" in running.last_words


@pytest.mark.parametrize(
    ("number", "options", "exit_code", "ending"),
    [
        (signal.SIGTERM, ("-t", "60s"), 130, "interrupted"),
        (signal.SIGINT, (), 0, "completed"),
    ],
)
def test_plain_locust_ends_in_order_when_it_is_told_to(
    tmp_path: Path, number: signal.Signals, options: tuple[str, ...], exit_code: int, ending: str
):
    folder = tmp_path / "report"
    with sandbox("--reply-median", "1", "--reply-sigma", "0") as target:
        usual = ("--host", target.base_url, "--headless", "-u", "5", "-r", "5", "--think", "0.2", "--only-summary")
        with locust(*usual, *options, "--report", str(folder)) as running:
            until(target.delivered)
            running.signal(number)
            code = running.wait(PATIENCE_S)
            said = running.last_words

    events = events_of(folder)
    messages = [e for e in events if isinstance(e, Acked) and e.session is None]
    assert code == exit_code, said
    assert len([e for e in events if isinstance(e, Replied)]) == len(messages) > 0
    assert [e.ending for e in events if isinstance(e, Ended)] == [ending]
    assert (folder / "report.html").exists()


@pytest.mark.parametrize(
    ("options", "key", "complaint"),
    [
        (("--headless",), KEY, "give --host URL"),
        (("--headless", "--host", "ftp://example.org"), KEY, "absolute http or https URL"),
        (("--headless", "--host", "http://127.0.0.1:9"), "", "set HARNESS_API_KEY"),
        (("--headless", "--host", "http://127.0.0.1:9", "--processes", "1"), KEY, "runs in one process"),
        (("--headless", "--host", "http://127.0.0.1:9", "--think", "-1"), KEY, "--think takes a number of seconds"),
        (("--headless", "--host", "http://127.0.0.1:9", "--think", "nan"), KEY, "--think takes a number of seconds"),
    ],
)
def test_settings_that_cannot_work_end_with_one_clear_line(
    tmp_path: Path, options: tuple[str, ...], key: str, complaint: str
):
    with locust(*options, "--report", str(tmp_path / "report"), key=key) as running:
        code = running.wait(PATIENCE_S)
        running.stop()

    assert code == 2
    assert len(re.findall(rf"^harness: .*{re.escape(complaint)}.*$", running.last_words, re.MULTILINE)) == 1
    assert "Traceback" not in running.last_words
    assert not (tmp_path / "report").exists()


def test_a_handover_by_hand_without_a_phrase_is_refused_before_anything_is_sent(tmp_path: Path):
    options = ("--headless", "--host", "http://127.0.0.1:9", "--report", str(tmp_path / "report"))
    with locust(*options, scenario="handover") as running:
        assert running.wait(PATIENCE_S) == 2
        assert "handover_phrases in the profile" in running.last_words

    assert not (tmp_path / "report").exists()


def test_a_run_in_which_nothing_was_sent_does_not_pass(tmp_path: Path, unused_port: int):
    options = ("--headless", "-t", "2s", "--host", f"http://127.0.0.1:{unused_port}", "--only-summary")
    with locust(*options, "--report", str(tmp_path / "report")) as running:
        code = running.wait(PATIENCE_S)
        running.stop()

    assert code == 3
    assert "cannot be reached" in running.last_words or "cannot be reached" in str(events_of(tmp_path / "report"))


def test_the_web_ui_of_a_run_is_on_loopback_and_shows_replies_in_a_row_of_their_own(tmp_path: Path, unused_port: int):
    ui = f"http://127.0.0.1:{unused_port}"
    seen: list[Any] = []

    def operate(progress: Progress) -> None:
        if not seen and _answers(ui):
            # The host that is typed into the UI is not where the key goes.
            swarm = {"user_count": 5, "spawn_rate": 5, "host": "http://127.0.0.1:9"}
            refused = httpx.post(f"{ui}/swarm", data=swarm, timeout=PATIENCE_S).json()
            assert not refused["success"]
            assert target.base_url in refused["message"]
            started = httpx.post(f"{ui}/swarm", data={**swarm, "host": target.base_url}, timeout=PATIENCE_S).json()
            assert started["success"]
            seen.append(_listening(unused_port))
        elif len(seen) == 1 and progress.answered > 5:
            seen.append(httpx.get(f"{ui}/stats/requests").json()["stats"])
            httpx.post(f"{ui}/stop", timeout=PATIENCE_S).raise_for_status()
            os.kill(os.getpid(), signal.SIGINT)

    with sandbox(*QUICK) as target:
        plan = LoadPlan(customers=5, think_s=0.2, web=True, web_port=unused_port)
        run = carry_out(profile_for(target.base_url), tmp_path, plan, on_progress=operate)

    listening, rows = seen
    assert listening == {"127.0.0.1"}
    assert {"/v1/sessions", "/v1/sessions/{id}/messages", "webhook"} <= {row["name"] for row in rows}
    assert (run.error, run.ended.ending) == (None, "completed")
    assert len(run.of(Replied)) == len([e for e in run.of(Acked) if e.session is None]) > 5
    assert nothing_is_left()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def _listening(port: int) -> set[str]:
    """The addresses on which any process of this machine listens on that port."""
    return {c.laddr.ip for c in psutil.net_connections("tcp") if c.status == "LISTEN" and c.laddr.port == port}
