"""Our tab in Locust's web UI, and all that is served for it below /harness. Behind Locust's login where that is on.

Locust's page is a bundled application whose tabs can hold tables only. So the tab is declared as one of its own, and a
small script beside the bundle puts our page into it; that page also stands for itself at /harness/.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import gevent
from flask import Blueprint, Response, abort, request, send_from_directory
from locust.runners import STATE_INIT, STATE_STOPPED
from locust.util.timespan import parse_timespan

from harness.errors import UsageError
from harness.events import Gauged
from harness.live import Live
from harness.load.plan import LoadPlan
from harness.load.settings import planned
from harness.load.tail import Tail
from harness.load.timetable import Timetable
from harness.load.web.form import OPEN_ONLY, plan_from
from harness.load.web.report import PAGE, ReportSoFar
from harness.profile import Profile
from harness.recording.reader import PARTS

TITLE, KEY = "Conversations", "harness"
FILES = Path(__file__).parent / "page"
SCRIPT = f'<script src="./{KEY}/tab.js" defer></script></body>'
# How often the gauges that other processes write are read: seconds.
GAUGES_S = 1.0


class Stage(Protocol):
    """Where the customers are that the web UI starts and stops: in this process, or in its workers."""

    profile: Profile
    plan: LoadPlan

    def adopt(self, plan: LoadPlan) -> None: ...


class Tab:
    """What the web UI of one Locust process shows of ours, from `init` to its end."""

    def __init__(
        self, environment: Any, web_ui: Any, stage: Stage, live: Live, folder: Path, sinks: Sequence[Path]
    ) -> None:
        """`live` is what is seen of the customers; the journals of the `sinks` tell how well those keep up."""
        self._environment = environment
        self._web_ui = web_ui
        self._stage = stage
        self._plan = stage.plan
        self._starts: list[float] = []
        self._live = live
        self._report = ReportSoFar(folder)
        self._hosts = {stage.profile.base_url, str(environment.host or stage.profile.base_url).rstrip("/")}
        environment.host = environment.host or stage.profile.base_url
        environment.events.init_command_line_parser.add_listener(self._choose_fields)
        environment.events.test_start.add_listener(self._started)
        environment.events.test_stop.add_listener(self._stopped)
        parts = [folder / PARTS / "load-harness.ndjson", *sinks]
        self._gauging = gevent.spawn(self._gauge, [Tail(part, kind="gauged") for part in parts])
        self._serve()

    def close(self) -> None:
        """Before the run's journal is closed: no report so far is written any more."""
        self._gauging.kill()
        self._report.close()

    def _serve(self) -> None:
        app, guarded = self._web_ui.app, self._web_ui.auth_required_if_enabled
        base = self._environment.parsed_options.web_base_path or ""
        pages = Blueprint(KEY, __name__, url_prefix=f"{base}/{KEY}")
        routes: dict[str, Callable[..., Any]] = {
            "/": lambda: send_from_directory(FILES, "page.html"),
            "/<path:name>": lambda name: send_from_directory(FILES, name),
            "/live": self._told,
            "/report/": lambda: self._report_file(PAGE),
            "/report/<path:name>": self._report_file,
        }
        for rule, view in routes.items():
            pages.add_url_rule(rule, endpoint=rule.strip("/").replace("/", "-") or "page", view_func=guarded(view))
        pages.after_request(_for_this_page_only)
        app.register_blueprint(pages)
        app.after_request(_with_our_script)
        app.view_functions["locust.swarm"] = guarded(self._checked(app.view_functions["locust.swarm"]))
        self._web_ui.template_args.setdefault("extended_tabs", []).append({"title": TITLE, "key": KEY})

    def _told(self) -> Response:
        since = request.args.get("since", default=0, type=int)
        runner = self._environment.runner
        told = self._live.snapshot(time.time_ns(), since)
        told |= {
            "state": runner.state,
            "users": runner.user_count,
            "starts": self._starts,
            "target": self._stage.profile.base_url,
            "plan": planned(self._stage.plan),
            "report": self._report.told(),
        }
        return Response(json.dumps(told), mimetype="application/json")

    def _report_file(self, name: str) -> Response:
        if self._report.written_s is None:
            abort(404, "There is no report yet: one is written whenever the customers have stopped.")
        return send_from_directory(self._report.place, name)

    def _checked(self, swarm: Callable[[], Response]) -> Callable[[], Response]:
        """Locust's own view of a start, which does not get to see a form that cannot work."""

        def view() -> Response:
            try:
                self._plan = self._plan_asked_for()
            except UsageError as error:
                answer = {"success": False, "message": str(error), "host": self._environment.host}
                return Response(json.dumps(answer), mimetype="application/json")
            if self._is_under_way():
                self._stage.adopt(self._plan)
            return swarm()

        return view

    def _plan_asked_for(self) -> LoadPlan:
        host = request.form.get("host", "").rstrip("/")
        if host and host not in self._hosts:
            raise UsageError(
                f"The target of this run is {self._stage.profile.base_url}. It cannot be changed here, because the "
                "API key is for this one: leave Host as it is, or start another run for another target."
            )
        plan = plan_from(request.form, self._plan, parse_timespan)
        if self._is_under_way() and _but_for_numbers(plan) != _but_for_numbers(self._stage.plan):
            raise UsageError("Customers are under way by other parameters: stop them, and start anew with these.")
        return plan

    def _is_under_way(self) -> bool:
        return self._environment.runner.state not in (STATE_INIT, STATE_STOPPED)

    def _started(self, **_: Any) -> None:
        self._starts.append(time.time())
        self._stage.adopt(self._plan)

    def _stopped(self, **_: Any) -> None:
        self._report.write()

    def _choose_fields(self, parser: Any, **_: Any) -> None:
        """Locust asks for the fields of its form each time that it shows it: those of another model have no place."""
        if not any(issubclass(user_class, Timetable) for user_class in self._environment.user_classes):
            for action in parser._actions:
                if action.dest in OPEN_ONLY:
                    action.include_in_web_ui = False

    def _gauge(self, tails: list[Tail]) -> None:
        while True:
            for tail in tails:
                for event in tail.new_events():
                    assert isinstance(event, Gauged)
                    self._live.gauge(f"{event.source}.{event.name}", event.value)
            gevent.sleep(GAUGES_S)


def _but_for_numbers(plan: LoadPlan) -> LoadPlan:
    """What cannot change while customers are under way; how many there are, and for how long, can."""
    return replace(plan, customers=0, duration_s=0)


def _with_our_script(response: Response) -> Response:
    """Locust's page, with the script that fills our tab."""
    if request.endpoint == "locust.index" and response.status_code == 200:
        response.set_data(response.get_data(as_text=True).replace("</body>", SCRIPT))
    return response


def _for_this_page_only(response: Response) -> Response:
    """Locust lets pages of any origin read what it serves. They have no business with this."""
    response.headers["Access-Control-Allow-Origin"] = request.host_url.rstrip("/")
    response.headers["Cache-Control"] = "no-store"
    return response
