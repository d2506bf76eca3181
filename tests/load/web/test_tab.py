"""Our tab in Locust's web UI, in a real browser: from the form over the charts to the report."""

import json
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import psutil
import pytest

from harness.assets import asset
from harness.events import Replanned
from harness.exit_codes import EXIT_INTERRUPTED
from harness.processes.child import Child
from harness.recording.reader import read_run
from tests.chromium import launched, needs_chromium
from tests.load.running import CLIENT_ID, KEY, PATIENCE_S, QUICK, child_process, nothing_is_left, sandbox, until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FrameLocator, Page

pytestmark = needs_chromium
PATIENCE_MS = PATIENCE_S * 1000


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    with launched() as browser:
        yield browser


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


@contextmanager
def serving(port: int, argv: list[str], host: str = "127.0.0.1") -> Iterator[tuple[Child, str]]:
    """A process of ours with a web UI at that port, and the UI's address once it answers."""
    ui = f"http://{host}:{port}"
    given = {"HARNESS_API_KEY": KEY, "HARNESS_CLIENT_ID": CLIENT_ID}
    with Child("web UI", [sys.executable, "-m", *argv], environment=given) as running:
        until(lambda: running.exit_code is not None or _answers(ui))
        assert running.exit_code is None, running.last_words
        yield running, ui


def by_command(port: int, base_url: str, folder: Path, scenario: str, *options: str) -> list[str]:
    where = ["--web", "--web-port", str(port), "--base-url", base_url, "--report", str(folder)]
    return ["harness", "load", scenario, *where, *options]


def by_hand(port: int, base_url: str, folder: Path, scenario: str | Path, *options: str) -> list[str]:
    where = ["--host", base_url, "--web-port", str(port), "--report", str(folder)]
    file = scenario if isinstance(scenario, Path) else asset("locustfiles") / f"{scenario}.py"
    return ["locust", "-f", str(file), *where, *options]


def live(ui: str) -> dict[str, Any]:
    told: dict[str, Any] = httpx.get(f"{ui}/harness/live", timeout=PATIENCE_S).json()
    return told


def result_at(ui: str) -> dict[str, Any]:
    result: dict[str, Any] = httpx.get(f"{ui}/harness/report/result.json", timeout=PATIENCE_S).json()
    return result


def tab(page: "Page") -> "FrameLocator":
    page.get_by_role("tab", name="Conversations").click()
    return page.frame_locator("#harness-tab")


def number(frame: "FrameLocator", name: str) -> int:
    shown = frame.locator(f"#{name}").inner_text().replace(",", "")
    return int(shown) if shown.isdigit() else 0


def drawn(frame: "FrameLocator") -> str:
    """The path of the p50, as far as it is drawn."""
    return "".join(frame.locator("#latency path.p50").evaluate_all("all => all.map(each => each.getAttribute('d'))"))


def test_a_run_goes_from_the_form_over_the_charts_to_the_report(page: "Page", tmp_path: Path, unused_port: int) -> None:
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    folder = tmp_path / "report"
    with sandbox(*QUICK, "--rate-limit", "20") as target:
        argv = by_command(unused_port, target.base_url, folder, "conversations", "--think", "2")
        with serving(unused_port, argv) as (running, ui):
            page.goto(ui)
            page.get_by_text("Custom parameters").click()
            assert page.locator("input[name=think]").input_value() == "2"
            assert page.locator("input[name=arrivalRate], input[name=arrival_rate]").count() == 0
            assert KEY not in page.content()
            page.locator("input[name=userCount], input[name=user_count]").fill("12")
            page.locator("input[name=spawnRate], input[name=spawn_rate]").fill("12")
            page.locator("input[name=connections]").fill("none")
            page.get_by_role("button", name="Start").click()
            page.get_by_text("Connections takes a number from 1 on").wait_for()
            page.locator("input[name=connections]").fill("7")
            page.locator("input[name=think]").fill("0.1")
            page.get_by_role("button", name="Start").click()

            frame = tab(page)
            until(lambda: number(frame, "answered") > 20)
            before = number(frame, "answered"), drawn(frame)
            until(lambda: number(frame, "answered") > before[0] and drawn(frame) not in ("", before[1]))
            until(lambda: frame.locator("#limited path.warn").count())
            assert frame.locator("#classes path.good").count()
            assert frame.locator("#verdict").inner_text() in ("valid", "degraded", "invalid")
            assert "7 connections" in frame.locator("#plan").inner_text()
            assert (live(ui)["plan"]["think_s"], live(ui)["plan"]["customers"]) == (0.1, 12)

            page.get_by_role("tab", name="Statistics").click()
            page.get_by_role("cell", name="/v1/sessions/{id}/messages", exact=True).first.wait_for()
            assert page.locator("#harness-tab").count() == 0

            page.get_by_role("button", name="Stop").click()
            frame = tab(page)
            with page.context.expect_page() as opened:
                frame.locator("#report[href]").click()
            report = opened.value
            report.locator("#load-title").wait_for()
            assert "so far" in report.locator(".badge").inner_text()
            told, so_far = live(ui), result_at(ui)
            until(lambda: number(frame, "accepted") == so_far["load"]["messages"]["accepted"])
            assert str(number(frame, "accepted")) in report.locator("#load").inner_text().replace(",", "")
            assert (tmp_path / "report" / "parts").is_dir()

            running.signal(signal.SIGINT)
            code = running.wait(PATIENCE_S)
    result = json.loads((folder / "result.json").read_text())["load"]
    assert code == EXIT_INTERRUPTED, running.last_words
    for name in ("planned", "sent", "accepted", "limited", "refused", "failed", "missed"):
        assert told["messages"][name] == result["messages"][name] == so_far["load"]["messages"][name], name
        assert told["sessions"][name] == result["sessions"][name], name
    assert {n: told["arrivals"][n] for n in told["arrivals"]} == {n: result["replies"][n] for n in told["arrivals"]}
    assert {n: told["replies"][n] for n in ("answered", "late", "lost")} == {
        n: result["replies"][n] for n in ("answered", "late", "lost")
    }
    for name in ("count", "p50", "p95", "p99", "max"):
        assert told["reply"][name] == result["reply_ms"][name], name
    assert sum(row["answered"] for row in told["rows"]) == result["replies"]["answered"] > 20
    assert (result["customers"], result["think_s"], result["connections"]) == (12, 0.1, 7)
    assert said == []
    assert {httpx.URL(url).netloc for url in asked} == {httpx.URL(ui).netloc}
    assert not (folder / "so-far").exists()
    assert not [path for path in folder.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    assert nothing_is_left()


def test_workers_and_sinks_are_one_run_from_the_form_to_the_report(
    page: "Page", tmp_path: Path, unused_port: int
) -> None:
    folder = tmp_path / "report"
    with sandbox(*QUICK) as target:
        argv = by_command(unused_port, target.base_url, folder, "conversations", "--workers", "2", "--sinks", "2")
        with serving(unused_port, argv) as (running, ui):
            until(lambda: len(httpx.get(f"{ui}/stats/requests").json()["workers"]) == 2)
            page.goto(ui)
            page.get_by_text("Custom parameters").click()
            page.locator("input[name=userCount], input[name=user_count]").fill("8")
            page.locator("input[name=spawnRate], input[name=spawn_rate]").fill("8")
            page.locator("input[name=think]").fill("0.1")
            page.get_by_role("button", name="Start").click()
            frame = tab(page)
            until(lambda: number(frame, "answered") > 20 and drawn(frame))
            page.get_by_role("button", name="Stop").click()
            tab(page).locator("#report[href]").wait_for()
            so_far = result_at(ui)["load"]["messages"]["accepted"]
            until(lambda: live(ui)["replies"]["answered"] == so_far)

            form = {"user_count": 8, "spawn_rate": 8, "think": "0.2"}
            assert httpx.post(f"{ui}/swarm", data=form).json()["success"]
            until(lambda: live(ui)["replies"]["answered"] > so_far + 10)
            kill_worker(running)
            alone = live(ui)["replies"]["answered"]
            until(lambda: live(ui)["replies"]["answered"] > alone + 10)
            running.signal(signal.SIGINT)
            code = running.wait(PATIENCE_S)
        delivered, accepted = len(target.delivered()), len(target.requests("sendMessage"))
    load = json.loads((folder / "result.json").read_text())["load"]
    assert code == EXIT_INTERRUPTED, running.last_words
    assert (load["think_s"], load["customers"], load["workers"]) == (0.2, 8, 2)
    assert load["replies"]["arrivals"] == delivered
    assert load["messages"]["sent"] == accepted > so_far
    assert load["validity"]["verdict"] == "degraded"
    assert "load generator 1 died" in load["validity"]["reasons"][0]
    parts = read_run(folder)
    thoughts = {e.settings["think_s"] for part in parts for e in part.milestones if isinstance(e, Replanned)}
    assert thoughts == {0.1, 0.2}
    assert nothing_is_left()


def kill_worker(running: Child) -> None:
    worker = child_process("--worker", running.pid)
    assert worker is not None
    worker.kill()


def test_by_hand_an_open_scenario_is_on_loopback_and_takes_its_rate_from_the_form(
    page: "Page", tmp_path: Path, unused_port: int
) -> None:
    folder = tmp_path / "report"
    with sandbox(*QUICK) as target:
        argv = by_hand(unused_port, target.base_url, folder, "arrivals", "--arrival-rate", "1", "--think", "0.05")
        with serving(unused_port, argv) as (running, ui):
            addresses = {
                c.laddr.ip for c in psutil.net_connections("tcp") if c.laddr.port == unused_port and not c.raddr
            }
            assert addresses == {"127.0.0.1"}
            page.goto(ui)
            page.get_by_text("Custom parameters").click()
            page.locator("input[name=arrivalRate], input[name=arrival_rate]").fill("30")
            page.locator("input[name=poisson]").check()
            page.get_by_role("button", name="Start").click()
            frame = tab(page)
            until(lambda: number(frame, "answered") > 20)
            refused = httpx.post(f"{ui}/swarm", data={"user_count": 1, "spawn_rate": 1, "arrival_rate": "5"}).json()
            page.get_by_role("button", name="Stop").click()
            frame.locator("#report[href]").wait_for()
            running.signal(signal.SIGINT)
            running.wait(PATIENCE_S)
    assert not refused["success"]
    assert "Customers are under way" in refused["message"]
    load = json.loads((folder / "result.json").read_text())["load"]
    assert (load["arrival_rate"], load["spacing"], load["think_s"]) == (30, "poisson", 0.05)


def test_customers_may_start_again_and_the_report_is_written_after_each_stop(tmp_path: Path, unused_port: int) -> None:
    folder = tmp_path / "report"
    accepted: list[int] = []
    with sandbox(*QUICK) as target:
        argv = by_hand(unused_port, target.base_url, folder, "conversations")
        with serving(unused_port, argv) as (running, ui):
            assert httpx.get(f"{ui}/harness/report/").status_code == 404
            for think in ("0.2", "0.1"):
                form = {"user_count": 5, "spawn_rate": 5, "think": think}
                assert httpx.post(f"{ui}/swarm", data=form).json()["success"]
                more = 10 + sum(accepted)
                until(lambda more=more: live(ui)["replies"]["answered"] > more)
                assert httpx.post(f"{ui}/swarm", data={"user_count": 7, "spawn_rate": 5}).json()["success"]
                assert not httpx.post(f"{ui}/swarm", data={"user_count": 7, "think": "3"}).json()["success"]
                httpx.post(f"{ui}/stop", timeout=PATIENCE_S)
                until(lambda: live(ui)["report"]["state"] == "ready")
                accepted.append(result_at(ui)["load"]["messages"]["accepted"])
                assert accepted[-1] == live(ui)["messages"]["accepted"]
            assert len(live(ui)["starts"]) == 2
            running.signal(signal.SIGINT)
            running.wait(PATIENCE_S)
    load = json.loads((folder / "result.json").read_text())["load"]
    assert load["messages"]["accepted"] == accepted[-1] > accepted[0]
    assert (load["think_s"], load["customers"]) == (0.1, 7)


LOGIN = """
import os
from flask import redirect, request
from flask_login import UserMixin, login_user
from locust import events, task
from harness.load.customer import Customer
from harness.load.listeners import listen

listen(events)

class Resident(Customer):
    @task
    def talk(self):
        conversation = self.next_conversation()
        session = self.open_session(conversation.customer)
        for line in conversation.lines:
            self.pause(line.pause_s)
            self.say(session, line.content)

class Person(UserMixin):
    id = "somebody"

@events.init.add_listener
def guard(web_ui, **_):
    web_ui.app.secret_key = os.urandom(16)
    web_ui.login_manager.user_loader(lambda name: Person())
    web_ui.auth_args = {"username_password_callback": "/come-in"}

    @web_ui.app.route("/come-in", methods=["POST"])
    def come_in():
        login_user(Person())
        return redirect("/")
"""


def test_locusts_login_guards_all_that_is_ours(page: "Page", tmp_path: Path, unused_port: int) -> None:
    scenario = tmp_path / "guarded.py"
    scenario.write_text(LOGIN)
    with sandbox(*QUICK) as target:
        argv = by_hand(unused_port, target.base_url, tmp_path / "report", scenario, "--web-login", "--think", "0.1")
        with serving(unused_port, argv) as (running, ui):
            for path in ("", "live", "live.js", "report/", "report/result.json"):
                answer = httpx.get(f"{ui}/harness/{path}")
                assert (answer.status_code, "/login" in answer.headers["location"]) == (302, True), path
            assert httpx.post(f"{ui}/swarm", data={"think": "never"}).status_code == 302

            page.goto(ui)
            page.locator("input[name=username]").fill("somebody")
            page.locator("input[name=password]").fill("anything")
            page.get_by_role("button", name=re.compile("login", re.IGNORECASE)).click()
            page.get_by_role("button", name="Start").click()
            frame = tab(page)
            until(lambda: number(frame, "answered") > 3)
            running.signal(signal.SIGINT)
            running.wait(PATIENCE_S)


def test_the_page_stands_alone_in_light_and_dark_on_a_phone_and_at_an_address_that_was_asked_for(
    browser: "Browser", tmp_path: Path, unused_port: int
) -> None:
    grounds = []
    host = "127.0.0.2"
    with sandbox(*QUICK) as target:
        argv = by_hand(unused_port, target.base_url, tmp_path / "report", "conversations", "--web-host", host)
        with serving(unused_port, argv, host) as (running, ui):
            page = browser.new_page(color_scheme="light", viewport={"width": 390, "height": 844})
            page.goto(f"{ui}/harness/")
            grounds.append(page.evaluate(GROUND))
            page.evaluate("localStorage.theme = 'dark'")
            page.reload()
            grounds.append(page.evaluate(GROUND))
            page.get_by_text("Nothing was sent yet.").wait_for()
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
            page.close()
            running.signal(signal.SIGINT)
            running.wait(PATIENCE_S)
    assert grounds == ["rgb(255, 255, 255)", "rgb(18, 18, 18)"]


GROUND = "getComputedStyle(document.body).backgroundColor"


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code in (200, 302)
    except httpx.TransportError:
        return False
