"""What an inquiry came to, as plain data: the part `limits` of a result. Keys are only ever added.

limited       whether anything was refused; `none_seen` says up to how many requests, in how long, where nothing was
algorithm     a family, or several joined by "|" where they cannot be told apart (`why`); None where none explains it
quota, burst  requests;  window_s, block_s, interval_s  seconds;  refill_per_s, sustainable_per_s  requests a second, as
              is likeliest: what a prediction is made of;  polite_per_s  what a sender can hold, by the bounds, rounded
              down: never more
shut_s        where nothing is let in any more, and nothing tells when it will be: for how long that was seen, seconds
behind        how many requests were spent on whether a second limiter stands behind that one; what was found of it:
              where nothing could be told of its rule, `algorithm` is None. With `met_first` a request meets it before
              the other, as far as what was seen tells one order from the other
block_renewed whether each refused request begins a block anew;  counts_rejected  whether who asks in vain is let in
              the later for it
scope         "key", "session", "address", "operation", "global", joined by +; `scope_told` in words, with its evidence
confidence    of the algorithm: of a hundred answers that say 0.9, about ninety are right
refuted       of each family that it is not: its best parameters, how many requests it could not have answered so, and
              which
rivals        families that are neither it nor refuted, with their best parameters
ruled_out     families to which no parameters could be given, and why: in words
explained     where another limiter was met that could not be identified: so many requests of the trace came before it
refusal       what a refused request is told: status, headers, body
unanswered    requests to which no answer came, by reason; each may have been counted or not
retry_after   how many promises there were, and how many were kept, broken, or needlessly long
headers       the dialects in which it tells of itself; `claims`, each quota with its own window (seconds), and whether
              it `agrees` with a limiter that was found; `claimed` is that of the first limiter, or what most answers
              claimed, and `agrees` whether nothing claimed is wrong; all `quotas` with windows that one field told of
trace         the numbers of the requests by which it was identified: models count along these
models        for the picture: what is left of the quota along the trace, by the best model and the next one; by two
              "layers" and the first of them, where two were identified. `left_then` is what it would have had left at
              each of `mismatches`
"""

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from harness.honesty import Honesty
from harness.identification.answer import Identification
from harness.identification.fit import Fit
from harness.identification.openings import openings
from harness.identification.rounds import REFUTING
from harness.identification.run import Run, agreed
from harness.limits.claims import claimed, held
from harness.limits.inquiry import Findings
from harness.limits.models import described, models, rounded
from harness.limits.polite import polite_per_s
from harness.limits.quotas import named_quotas
from harness.limits.ruled_out import ruled_out
from harness.limits.scope import Scope
from harness.limits.seen import Seen
from harness.reasons import most_common

# Of a refused body: characters.
BODY = 400
TELLING = ("retry-after", "content-type", "x-retry-after")
HTTP_FAILED = 500
# So many reasons for which no answer came are named.
REASONS = 5


def found(findings: Findings) -> dict[str, Any]:
    seen = findings.seen
    told: dict[str, Any] = {
        "limited": any(each.refused for each in seen),
        "requests_spent": len(seen),
        "seconds_spent": round(max((each.received for each in seen), default=0.0), 3),
        "left_undone": findings.undone,
    }
    if findings.choice is not None:
        subject = findings.choice.subject
        told["probe"] = {"request": subject.words if subject else None, "why": findings.choice.why}
    if not told["limited"]:
        told["none_seen"] = _none_seen(seen)
        return told
    if findings.identified is not None and findings.run is not None:
        told |= _algorithm(findings.identified, findings.run)
        told["ruled_out"] = [asdict(each) for each in ruled_out(findings.run)]
        told["models"] = models(findings.identified, findings.run)
        told["trace"] = [each.number for each in findings.trace]
    told |= {"scope": None, "scope_told": None, **_scope(findings.scope)}
    told["refusal"] = _refusal(seen)
    told["unanswered"] = _unanswered(seen)
    told["retry_after"] = _retry_after(findings.honesty)
    told["headers"] = _headers(seen, told)
    told["calm_in_s"] = None if findings.calm_in_s is None else round(findings.calm_in_s, 1)
    return told


def _none_seen(seen: Sequence[Seen]) -> dict[str, Any]:
    """Up to how many requests, in how long, at which rate: the fastest stretch of a second. Of them, `answered` tell
    that they were let in; `unanswered` were dropped, and `failed` answered by an error of the server: either may be its
    way to refuse."""
    moments = sorted(each.sent for each in seen)
    fastest, start = 0, 0
    for end, at in enumerate(moments):
        while at - moments[start] > 1.0:
            start += 1
        fastest = max(fastest, end - start + 1)
    nothing = {
        "answered": sum(each.status is not None for each in seen),
        "unanswered": sum(each.status is None for each in seen),
        "failed": sum((each.status or 0) >= HTTP_FAILED for each in seen),
    }
    return {
        **nothing,
        "requests": len(seen),
        "seconds": round(moments[-1] - moments[0], 1) if moments else 0.0,
        "per_s": fastest,
    }


def _algorithm(identified: Identification, run: Run) -> dict[str, Any]:
    families, figures = identified.families, _figures(identified.parameters)
    fitted = {fit.family.family: described(fit)["parameters"] for fit in identified.fits}
    settled = {*families, identified.nearest, *(each.family for each in identified.refuted)}
    both = identified.behind.both if identified.behind else None
    bucket = bool(families) and families[0] in ("token_bucket", "quantised_bucket", "queueing_bucket")
    return {
        "algorithm": "|".join(families) or None,
        "why": _why(identified, run),
        "nearest": identified.nearest,
        "confidence": round(identified.confidence, 2),
        **figures,
        "burst": figures["quota"] if bucket else None,
        "refill_per_s": rounded(both.first.model().sustainable if both else identified.sustainable_per_s)
        if bucket
        else None,
        "sustainable_per_s": rounded(identified.sustainable_per_s),
        "polite_per_s": polite_per_s(identified, run),
        "shut_s": rounded(identified.shut_s),
        "bounds": {name: [rounded(low), rounded(high)] for name, (low, high) in identified.bounds.items()},
        "counts_rejected": families[0] == "counting_log" or bool(figures["block_renewed"]) if families else None,
        "mismatches": identified.mismatches,
        "runner_up": identified.runner_up,
        "refuted": [{**asdict(each), "parameters": fitted.get(each.family)} for each in identified.refuted],
        "rivals": _rivals(identified.fits, settled),
        "explained": _alone(run) if identified.behind and both is None else None,
        "behind": _behind(identified),
        "identified_with": {"requests": identified.requests, "seconds": round(identified.seconds, 1)},
    }


def _rivals(fits: Sequence[Fit], settled: Container[str | None]) -> list[dict[str, Any]]:
    """Those that come close to the best, of which not enough is known to rule them out."""
    near = [fit for fit in fits if fit.hard < fits[0].hard + REFUTING]
    return [described(fit) for fit in near if fit.family.family not in settled]


def _why(identified: Identification, run: Run) -> str | None:
    """Why there is no answer, or more than one."""
    if identified.families:
        return _same(identified, run) if len(identified.families) > 1 else None
    if identified.shut_s is not None and not run.cut_short and not openings(run.trace.decisions):
        seen = run.trace.observations
        let_in = next(number for number, each in enumerate(seen) if not each.admitted)
        return (
            f"the first refusal came after {let_in} requests: that left too few of the budget to tell by which rule "
            "(--most-requests, --budget)"
        )
    if identified.shut_s is not None:
        return (
            f"nothing had been let in for {identified.shut_s:.3g} s when the budget ended: "
            "how long it shuts for takes more time (--most-time, --budget)"
        )
    return _unexplained(identified) if identified.nearest else None


def _unexplained(identified: Identification) -> str:
    if identified.let_in_later:
        nearest, count = identified.nearest, identified.let_in_later
        return (
            f"no family explains it: {nearest} explains the {identified.requests} requests that were sent to find it, "
            f"but not what was let in later, which makes {count} that contradict it"
        )
    if identified.too_fine_s is None:
        nearest, count = identified.nearest, identified.mismatches
        return f"no family explains it: {nearest} comes nearest, and contradicts {count} requests"
    changes = f"what it refuses changes within {identified.too_fine_s:.2g} s"
    return f"no rule of time can be told: {changes}, as by chance or by count"


def _same(identified: Identification, run: Run) -> str:
    """Why several families are left."""
    if identified.behind is not None and identified.behind.both is not None:
        return "they give the same verdicts on everything that the other limiter did not refuse"
    if identified.behind is not None:
        return f"they give the same verdicts on the {len(run.explained)} requests that no other limiter answered"
    if identified.mismatches:
        return "as many requests contradict each of them"
    tried = "everything that the budget allowed to be tried" if run.cut_short else "everything that was tried"
    return f"they give the same verdicts on {tried}"


def _alone(run: Run) -> int:
    """How many requests there were before the first that the limiter which was found first cannot have answered."""
    found = agreed(run.clean[0].model(), run.decided)
    return run.decided[found].number if found < len(run.decided) else len(run.trace.observations)


def _figures(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a rule, by what its model has; None of what is none of its figures."""
    return {
        "quota": parameters.get("quota"),
        **{f"{name}_s": rounded(parameters.get(name)) for name in ("window", "block", "interval")},
        "block_renewed": parameters.get("renewed"),
        "batch": parameters.get("batch"),
    }


def _behind(identified: Identification) -> dict[str, Any]:
    layer = identified.behind
    if layer is None:
        return {"looked_with": identified.looked_behind, "found": None}
    return {
        "looked_with": identified.looked_behind,
        "found": {
            "algorithm": "|".join(layer.families) or None,
            "confidence": round(layer.confidence, 2),
            "rivals": _rivals(layer.both.seconds, layer.families) if layer.both else [],
            **_figures(layer.parameters),
            "refill_per_s": None if layer.both is None else rounded(layer.both.seconds[0].model().sustainable),
            "bounds": {name: [rounded(low), rounded(high)] for name, (low, high) in layer.bounds.items()},
            "met_first": layer.both is not None and layer.both.outer == 1,
            "let_in": layer.let_in,
            "after_s": round(layer.after_s, 1),
            "closed_s": round(layer.closed_s, 1),
        },
    }


def _scope(scope: Scope | None) -> dict[str, Any]:
    if scope is None:
        return {}
    return {
        "scope": scope.name,
        "scope_told": scope.told,
        "scope_evidence": [
            {
                "dimension": control.dimension,
                "request": control.subject.words if control.subject else None,
                "shares": control.shares,
                "why": control.why,
                "requests": list(control.numbers),
            }
            for control in scope.controls
        ],
    }


def _refusal(seen: Sequence[Seen]) -> dict[str, Any]:
    refused = [each for each in seen if each.refused]
    answer = refused[0].answer
    return {
        "statuses": dict(Counter(str(each.status) for each in refused)),
        "headers": _joined(answer.headers),
        "response": answer.shown()[:BODY],
        "curl": answer.curl(),
    }


def _unanswered(seen: Sequence[Seen]) -> dict[str, int]:
    reasons = Counter(each.answer.failure or "no reason" for each in seen if each.status is None)
    return most_common(reasons, REASONS)


def _joined(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Those that tell of the limit. Of one that came several times every value, as senders differ in which they heed:
    joined as RFC 9110 (5.3) reads them."""
    names: dict[str, str] = {}
    values: dict[str, list[str]] = {}
    for name, value in headers:
        if _tells(name):
            values.setdefault(names.setdefault(name.lower(), name), []).append(value)
    return {name: ", ".join(each) for name, each in values.items()}


def _tells(name: str) -> bool:
    return name.lower() in TELLING or "ratelimit" in name.lower().replace("-", "")


def _retry_after(honesty: Honesty | None) -> dict[str, Any] | None:
    if honesty is None:
        return None
    return {**asdict(honesty), "tested": honesty.tested}


def _headers(seen: Sequence[Seen], told: Mapping[str, Any]) -> dict[str, Any]:
    second = (told.get("behind") or {}).get("found")
    limiters = [(each["quota"], each["window_s"]) for each in (told, second) if each and each.get("algorithm")]
    claims = held(claimed(seen), limiters, unknown=second is not None and second["algorithm"] is None)
    one = next((each for each in claims if each.first), claims[0] if claims else None)
    verdicts = {each.agrees for each in claims}
    return {
        "dialects": sorted({name for each in seen for name in each.claim.dialects}),
        "claimed": {"quota": one.quota if one else None, "window_s": one.window_s if one else None},
        "claims": [{"quota": each.quota, "window_s": each.window_s, "agrees": each.agrees} for each in claims],
        "agrees": False if False in verdicts else True if True in verdicts else None,
        "quotas": [list(each) for each in named_quotas(each.answer.headers for each in seen)],
    }
