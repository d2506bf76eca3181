"""summary.md: the run on one page, for a CI job's summary. The verdict first, then what is red, then the figures."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.report import capacity, limiting, limits, prediction
from harness.report.card import card_of
from harness.report.clauses import listed, reds, stands_on, status_of, tallies, why
from harness.report.evidence import exhibits
from harness.report.figures import LATENCY_ROWS, by_number, contract_told, objective_value, written
from harness.report.headline import could_not_run_reasons, headline
from harness.report.markdown import address, block, inline, table
from harness.report.numerals import count, milliseconds, moment
from harness.report.sums import sums_of

NAME = "summary.md"
# Of each text of evidence: characters. A job's summary holds a megabyte in all, so the reds told at length are few.
MOST_EVIDENCE = 800
MOST_REDS = 20
# Of the verdict, and of each fact that it stands on: characters.
MOST_TOLD = 500
# Of a clause and of what was seen, in the behaviour card: characters.
MOST_SEEN = 160

Result = Mapping[str, Any]


def render(result: Result) -> str:
    sections = [
        *_verdict(result),
        *_unfinished(result),
        *_requirements(result),
        *_behaviour(result),
        *_load(result),
        *_capacity(result),
        *_limits(result),
        _where(result),
    ]
    return "\n\n".join(sections) + "\n"


def _verdict(result: Result) -> Iterator[str]:
    head = headline(result)
    yield f"## {inline(head.title)}: {inline(head.sentence, MOST_TOLD)}"
    yield "\n".join(f"- {inline(fact, MOST_TOLD)}" for fact in head.facts)
    target = result["target"].get("base_url", "unknown")
    told = f"Target {address(target)}, {inline(moment(result['started']))}, seed {inline(result['seed'])}"
    yield told + (", strict." if result["strict"] else ".")


def _unfinished(result: Result) -> Iterator[str]:
    reasons = could_not_run_reasons(result)
    if reasons:
        yield "### What did not come to its end"
        yield "\n\n".join(block(reason, MOST_EVIDENCE) for reason in reasons)


def _requirements(result: Result) -> Iterator[str]:
    rows = result.get("requirements")
    if not rows:
        return
    yield "### Requirements"
    counts = [
        (t.level, *map(count, (t.total, t.held, t.broken, t.could_not_run, t.not_exercised, t.observed)))
        for t in tallies(rows)
    ]
    yield table(("Level", "All", "Hold", "Broken", "Could not run", "Not exercised", "Settled"), counts, 1)
    red = reds(rows)
    for row in red[:MOST_REDS]:
        yield _red(row)
    if len(red) > MOST_REDS:
        yield f"{count(len(red) - MOST_REDS)} more in the report."
    if known := listed(rows):
        yield "#### Listed as known failures: they do not count"
        yield table(("Requirement", "Status", "Known"), [_known(row) for row in known], 3)
    yield _all(rows)


def _red(row: Mapping[str, Any]) -> str:
    told = [f"**{inline(row['id'])}** ({row['level']}, {status_of(row).word}): {inline(row['clause'], 500)}"]
    if reason := why(row):
        told.append(f"Why: {inline(reason, 500)}")
    for exhibit in exhibits(row, MOST_EVIDENCE)[:1]:
        told.append(inline(f"{', '.join([f'Check {exhibit.check}', *exhibit.marks])}.", 500))
        told += [f"{inline(label)}:\n\n{block(text, MOST_EVIDENCE)}" for label, text in exhibit.texts]
    told.append(f"It {stands_on(row)}." if row["exercised"] else f"{stands_on(row).capitalize()}.")
    if "reproduce" in row:
        told.append(f"Again:\n\n{block(row['reproduce'], MOST_EVIDENCE)}")
    return "\n\n".join(told)


def _known(row: Mapping[str, Any]) -> tuple[str, ...]:
    return inline(row["id"]), status_of(row).word, inline(row["known"]["told"], 500)


def _all(rows: Sequence[Mapping[str, Any]]) -> str:
    """Folded away: every requirement, with the number of requests and replies that its verdict stands on."""
    told: list[tuple[str, ...]] = [
        (inline(row["id"]), row["level"], status_of(row).word, count(row["exercised"])) for row in rows
    ]
    listed = table(("Requirement", "Level", "Verdict", "Requests and replies"), told, 3)
    return f"<details><summary>Every requirement</summary>\n\n{listed}\n\n</details>"


def _behaviour(result: Result) -> Iterator[str]:
    card = card_of(result)
    if card is None:
        return
    points = [(area, entry.point) for area, entries in card.areas for entry in entries]
    found = [(area, point) for area, point in points if point["finding"] != "inconclusive"]
    yield "### Behaviour card"
    if found:
        yield table(("Area", "Left open", "Finding", "Seen"), [_point(area, point) for area, point in found], 4)
    if rest := [inline(point["id"]) for _, point in points if point["finding"] == "inconclusive"]:
        yield f"Inconclusive: {', '.join(rest)}."


def _point(area: str, point: Mapping[str, Any]) -> tuple[str, ...]:
    return area, inline(point["clause"], MOST_SEEN), point["finding"], inline(point["seen"] or "", MOST_SEEN)


def _load(result: Result) -> Iterator[str]:
    load = result.get("load")
    if not load:
        return
    yield "### Load"
    validity = load["validity"]
    if validity["verdict"] != "valid":
        yield f"**These figures are {validity['verdict']}**: {inline('; '.join(validity['reasons']), 1000)}"
    head = ("Latency, ms", "Samples", "p50", "p90", "p99", "p99.9", "Max")
    names = ("p50", "p90", "p99", "p99_9", "max")
    yield table(
        head,
        [
            (label, count(load[key]["count"]), *(milliseconds(load[key].get(name)) for name in names))
            for key, label in LATENCY_ROWS.items()
        ],
        1,
    )
    yield table(("Adds up", "Sum"), [(("yes" if s.holds else "**no**"), written(s)) for s in sums_of(load)], 2)
    yield table(
        ("Objective", "Verdict", "Value"),
        [
            (inline(o["objective"]), "met" if o["verdict"] == "pass" else "**missed**", inline(objective_value(o)))
            for o in load["objectives"]
        ],
        2,
    )
    if contract := contract_told(load):
        yield f"The contract under load: {inline(contract)}."
    if told := limiting.lines(load):
        yield "#### Limited"
        yield "\n".join(f"- {inline(line)}" for line in told)
        yield table(limiting.TABLE, limiting.rows(load), 1)
    if told := prediction.lines(load):
        yield "#### The limiter that was found"
        yield "\n".join(f"- {inline(line, 500)}" for line in told)
    if load["failures"]:
        yield table(
            ("Failed or refused because", "Messages and sessions"),
            [(inline(reason), count(number)) for reason, number in by_number(load["failures"])],
            1,
        )


def _capacity(result: Result) -> Iterator[str]:
    if "capacity" not in result:
        return
    yield "### Capacity"
    probes = capacity.by_rate(result["capacity"])
    yield table(capacity.TABLE, [capacity.row(probe) for probe in probes], 3)
    reasons = [(probe, "; ".join(capacity.objectives_missed(probe) or probe["reasons"])) for probe in probes]
    told = [f"- {probe['rate']:g}/s, probe {probe['number']}: {inline(why, 500)}" for probe, why in reasons if why]
    if told:
        yield "\n".join(told)


def _limits(result: Result) -> Iterator[str]:
    found = result.get("limits")
    if not found:
        return
    yield "### Rate limiter"
    if result["kind"] != "limits":  # where it is the verdict, that says it
        told = limits.sentence(found)
        yield f"{inline(told[:1].upper() + told[1:], MOST_TOLD)}."
    if rows := limits.refutations(found):
        yield table(limits.TABLE, [tuple(inline(cell, 200) for cell in row) for row in rows], len(limits.TABLE))


def _where(result: Result) -> str:
    return f"Everything else is in report.html, result.json and the journal of run {inline(result['run_id'])}."
