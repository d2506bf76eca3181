"""report.html: one file that needs no network and runs no script. Its markup is in `templates`, all of it escaped by
default; what it shows is gathered in `page`."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from harness.histogram import NEEDS
from harness.report import capacity, card, clauses, figures, limiting, limits, numerals, page, polite, prediction, sums
from harness.report.charts.curve import curves
from harness.report.charts.quota import quota
from harness.report.charts.rates import rates
from harness.report.charts.timeline import timeline
from harness.report.headline import could_not_run_reasons, headline
from harness.report.legible import cut, one_line

NAME = "report.html"

TONES = {"pass": "good", "fail": "bad", "invalid": "odd", "not_exercised": "warn", "could_not_run": "halt"}


def render(result: Mapping[str, Any]) -> str:
    """`result` has been made legible."""
    rows, load, searched = result.get("requirements"), result.get("load"), result.get("capacity")
    inquiry = result.get("limits")
    text: str = (
        _environment()
        .get_template("report.html.j2")
        .render(
            result=result,
            head=headline(result),
            tone=TONES[result["verdict"]],
            unfinished=could_not_run_reasons(result),
            duration_s=numerals.between(result["started"], result["finished"]),
            red=page.red_entries(rows) if rows else [],
            levels=page.levels(rows) if rows else [],
            card=card.card_of(result),
            load=load,
            sums=sums.sums_of(load) if load else [],
            contract=figures.contract_told(load) if load else None,
            limiting=limiting.lines(load) if load else [],
            prediction=prediction.lines(load) if load else [],
            limiting_rows=limiting.rows(load) if load else [],
            timeline=timeline(load["series"]) if load else None,
            curves=curves(load) if load else None,
            capacity=searched,
            probes=capacity.by_rate(searched) if searched else [],
            rates=rates(searched) if searched else None,
            limits=inquiry,
            quota=quota(inquiry) if inquiry else None,
            command=page.command_of(result),
            files=page.files_of(result),
        )
    )
    return text


def _with_names(clause: str) -> Markup:
    """A clause, in which what stands between two backticks is set as code. Everything in it is escaped."""
    pieces = clause.split("`")
    if len(pieces) % 2 == 0:  # a backtick without its partner
        return escape(clause)
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if number % 2 else escape(piece) for number, piece in enumerate(pieces)
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("harness.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "count": numerals.count,
        "ms": numerals.milliseconds,
        "time": numerals.time_of,
        "span": numerals.span,
        "tied": numerals.tied,
        "moment": numerals.moment,
        "one_line": one_line,
        "cut": cut,
        "value": figures.objective_value,
        "by_number": figures.by_number,
        "excuse": clauses.why_excused,
        "why": clauses.why,
        "stands_on": clauses.stands_on,
        "names": _with_names,
        "probe_row": capacity.row,
        "missed_objectives": capacity.objectives_missed,
        "limit_sentence": limits.sentence,
        "limit_algorithm": limits.algorithm,
        "limit_note": limits.note,
        "limit_window": limits.window,
        "limit_tells": limits.tells,
        "limit_rate": polite.rate,
        "limit_rate_note": polite.note,
        "refutations": limits.refutations,
    }
    environment.globals |= {
        "plural": numerals.plural,
        "share": numerals.share,
        "STATUS": card.STATUS,
        "MEANINGS": sums.MEANINGS,
        "TONES": sums.TONES,
        "LATENCY_ROWS": figures.LATENCY_ROWS,
        "NEEDS": NEEDS,
        "TABLE": capacity.TABLE,
        "LIMITING": limiting.TABLE,
        "PREDICTED": {"words": prediction.WORDS, "tones": prediction.TONES},
        "BOUNDS": capacity.BOUNDS,
        "PROBE_TONES": capacity.TONES,
        "REFUTED": limits.TABLE,
    }
    return environment
