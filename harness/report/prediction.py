"""What the limiter that was found led to expect of a load run, and what came of it, in words."""

from collections.abc import Mapping
from typing import Any

from harness.report.families import rule
from harness.report.numerals import count, plural, share

Load = Mapping[str, Any]

WORDS = {
    "confirmed": "confirmed",
    "refuted": "refuted",
    "not_tested": "not put to the test",
    "not_comparable": "cannot be compared",
}
TONES = {"confirmed": "good", "refuted": "bad", "not_tested": "warn", "not_comparable": "quiet"}


def lines(load: Load) -> list[str]:
    """Sentences, each with its full stop: what was predicted, what was measured, what it comes to. None where a run
    was given nothing to be held against."""
    prediction = load.get("prediction")
    if not prediction:
        return []
    told = [_predicted(prediction), _measured(prediction)] if prediction["asked"] else []
    return [f"{sentence}." for sentence in (*told, _verdict(prediction))]


def brief(load: Load) -> str | None:
    """The same in short, without its last full stop; None likewise."""
    prediction = load.get("prediction")
    if not prediction:
        return None
    return ". ".join([_verdict(prediction), *([_rates(prediction)] if prediction["asked"] else [])])


def _predicted(prediction: Load) -> str:
    """The tolerance is told with its reasons."""
    found, seconds = prediction["limits"], prediction["seconds"]
    return (
        f"Predicted: a limiter of {rule(found)}, found in run {found['run_id']}, lets in "
        f"{prediction['sustainable_per_s']:.4g} requests a second for ever; with the quotas that may stand full, and "
        f"times that may be {share(prediction['off'], 1)} off, at most {_most(prediction)} in {seconds:.1f} s"
    )


def _measured(prediction: Load) -> str:
    sent = plural(prediction["asked"], "request was", "requests were")
    told = (
        f"Measured: {sent} sent, {prediction['asked_per_s']:.4g} a second; {count(prediction['let_in'])} were let in, "
        f"{prediction['let_in_per_s']:.4g} a second, and {count(prediction['refused'])} refused{_full(prediction)}"
    )
    if not prediction["judged"]:
        return told
    early = prediction["unexplained"]
    return f"{told}, {count(early) if early else 'none'} of {count(prediction['judged'])} while quota was left"


def _verdict(prediction: Load) -> str:
    word = WORDS[prediction["verdict"]]
    return f"{word[0].upper()}{word[1:]}: {prediction['why']}"


def _rates(prediction: Load) -> str:
    return (
        f"Predicted {prediction['sustainable_per_s']:.4g} requests a second, at most {_most(prediction)} in "
        f"{prediction['seconds']:.1f} s; of {prediction['asked_per_s']:.4g} a second that were sent "
        f"{prediction['let_in_per_s']:.4g} were let in, {count(prediction['let_in'])} in all{_full(prediction)}"
    )


def _full(prediction: Load) -> str:
    """Why more than its rate was let in and it was not exceeded all the same."""
    if prediction["verdict"] != "confirmed" or prediction["let_in_per_s"] <= prediction["sustainable_per_s"]:
        return ""
    quota = count(prediction["limits"]["quota"])
    return f" (more than {prediction['sustainable_per_s']:.4g} a second, as a quota of {quota} stood full at the start)"


def _most(prediction: Load) -> str:
    return count(int(prediction["most"]))
