"""What the part `limits` of a result may hold, by case, so that whoever shows or uses it can rely on it.

`harness.limits.found` writes most of it, and says what each key means. Keys that are not named here are let through:
later versions have more of them.
"""

from collections.abc import Iterator, Mapping
from sys import float_info
from typing import Any

from harness.shape import Shape

Schema = dict[str, Any]

# The families that there are, and the figures without which each is none.
FIGURES: Mapping[str, tuple[str, ...]] = {
    "token_bucket": ("quota",),
    "queueing_bucket": ("quota",),
    "concurrency": ("quota",),
    "fixed_window_aligned": ("quota", "window_s"),
    "fixed_window_first_hit": ("quota", "window_s"),
    "sliding_log": ("quota", "window_s"),
    "counting_log": ("quota", "window_s"),
    "sliding_counter": ("quota", "window_s"),
    "penalty_block": ("quota", "window_s", "block_s"),
    "quantised_bucket": ("quota", "batch", "interval_s"),
}
SCOPES = ("key", "session", "address", "operation", "global")
# Beyond this no request is counted and no time measured: thirty thousand years in seconds.
MOST = 1e12


def _joined(names: Mapping[str, Any] | tuple[str, ...], joint: str) -> str:
    one = f"({'|'.join(names)})"
    return f"^{one}({joint}{one})*$"


def _maybe(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def _list(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def _object(required: str = "", /, **properties: Schema) -> Schema:
    return {"type": "object", "required": required.split(), "properties": properties}


def _pair(one: Schema, other: Schema) -> Schema:
    return {"type": "array", "prefixItems": [one, other], "minItems": 2, "maxItems": 2}


TEXT: Schema = {"type": "string"}
TRUTH: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0, "maximum": MOST}
SOME: Schema = {**COUNT, "minimum": 1}
SPAN: Schema = {"type": "number", "minimum": 0, "maximum": MOST}
PLACE: Schema = {**SPAN, "minimum": -MOST}
# What others said, a target of its limit or a person of his budget, may be as much as a number holds.
TOLD: Schema = {"type": "number", "minimum": 0, "maximum": float_info.max}

_RULE: Mapping[str, Schema] = {
    "algorithm": _maybe({**TEXT, "pattern": _joined(FIGURES, r"\|")}),
    "quota": _maybe(SOME),
    "batch": _maybe(SOME),
    "burst": _maybe(SOME),
    "block_renewed": _maybe(TRUTH),
    **{f"{name}_s": _maybe(SPAN) for name in ("window", "block", "interval")},
    **{f"{name}_per_s": _maybe(SPAN) for name in ("refill", "sustainable", "polite")},
}
_OF_IT: Mapping[str, Schema] = {
    "bounds": {
        **_maybe(_object()),
        "additionalProperties": {"type": "array", "items": PLACE, "minItems": 2, "maxItems": 2},
    },
    "counts_rejected": _maybe(TRUTH),
    "scope": _maybe({**TEXT, "pattern": _joined(SCOPES, r"\+")}),
    "refusal": _object(
        statuses={"type": "object", "propertyNames": {"pattern": "^[0-9]{3}$"}, "additionalProperties": SOME},
        headers={"type": "object", "additionalProperties": TEXT},
        response=TEXT,
        curl=TEXT,
    ),
    "headers": _maybe(
        _object(
            dialects=_list(TEXT),
            agrees=_maybe(TRUTH),
            claims=_list(_object("quota agrees", quota=TOLD, window_s=_maybe(TOLD), agrees=_maybe(TRUTH))),
            quotas=_list(_pair(TOLD, TOLD)),
        )
    ),
}
_SURE: Schema = {**SPAN, "maximum": 1}
# Those of a model: numbers and switches; of two layers, those of each.
_PARAMETERS: Schema = {
    "type": "object",
    "additionalProperties": {"type": ["number", "boolean"], "minimum": -MOST, "maximum": MOST},
}
_FITTED = _object("family mismatches", family=TEXT, mismatches=COUNT, parameters=_PARAMETERS)
_LAYERS = _object("first second", first=_FITTED, second=_FITTED)
_SEEN_OF_IT: Mapping[str, Schema] = {
    "confidence": _SURE,
    "let_in": COUNT,
    "after_s": SPAN,
    "closed_s": PLACE,
    "bounds": _OF_IT["bounds"],
    "met_first": TRUTH,
    "rivals": _list(_FITTED),
}
_BEHIND = _object("algorithm let_in after_s closed_s", **_RULE, **_SEEN_OF_IT)
_KEPT_WORD = ("promised", "kept", "tested", "early", "rounded", "needless")
_REFUTED = _object("family mismatches words", family=TEXT, mismatches=COUNT, words=TEXT, parameters=_PARAMETERS)
_RULED_OUT = _object("family why", family=TEXT, why=TEXT)
_TRIED = _object("dimension", dimension=TEXT, request=_maybe(TEXT), shares=_maybe(TRUTH), why=TEXT)
_MODEL = {
    **_object(
        "family mismatches room",
        family=TEXT,
        mismatches=_list(COUNT),
        left_then=_list(COUNT),
        room=_list(_pair(PLACE, SPAN)),
    ),
    "if": _object("family", family={"const": "layers"}),
    "then": _object("parameters", parameters=_LAYERS),
    "else": _object(parameters=_PARAMETERS),
}
_REQUEST = _object(
    "sent_s received_s status request purpose verdict retry_after_s",
    sent_s=PLACE,
    received_s=PLACE,
    status=_maybe({**COUNT, "maximum": 999}),
    request=TEXT,
    purpose=TEXT,
    verdict={"enum": ["admitted", "refused", "unknown"]},
    retry_after_s=_maybe(TOLD),
)


def _where(name: str, schema: Schema, then: Schema) -> Schema:
    return {"if": _object(name, **{name: schema}), "then": then}


def _by_family(*more: str) -> Iterator[Schema]:
    """The figures of a family, where it is the only one or the first of several: they are that one's."""
    for family, figures in FIGURES.items():
        needed = {name: {"type": "number"} for name in (*figures, *more)}
        yield _where("algorithm", {**TEXT, "pattern": rf"^{family}(\||$)"}, _object(" ".join(needed), **needed))


def has_figures(family: str, rule: Mapping[str, Any]) -> bool:
    """Whether that family's own figures are known. Those of a rule are the first one's: of the others that could not be
    told from it, some are not."""
    return all(rule.get(name) for name in FIGURES[family])


RULE = Shape({**_object(**_RULE, **_OF_IT, statuses=_list(COUNT)), "allOf": list(_by_family())})

LIMITS = Shape(
    {
        **_object(
            "limited requests_spent budget requests",
            **_RULE,
            **{**_OF_IT, "refusal": {**_OF_IT["refusal"], "required": ["statuses", "headers", "response", "curl"]}},
            limited=_maybe(TRUTH),
            requests_spent=COUNT,
            seconds_spent=SPAN,
            left_undone=_list(TEXT),
            budget=_object("requests seconds", requests={**TOLD, "type": "integer"}, seconds=TOLD, name=_maybe(TEXT)),
            requests=_list(_REQUEST),
            probe=_object("request why", request=_maybe(TEXT), why=TEXT),
            none_seen=_object(
                "requests seconds per_s",
                seconds=SPAN,
                **dict.fromkeys(("requests", "per_s", "answered", "unanswered", "failed"), COUNT),
            ),
            **dict.fromkeys(("why", "nearest", "runner_up", "scope_told"), _maybe(TEXT)),
            confidence=_SURE,
            mismatches=COUNT,
            refuted=_list(_REFUTED),
            rivals=_list(_FITTED),
            ruled_out=_list(_RULED_OUT),
            explained=_maybe(COUNT),
            behind=_object(looked_with=COUNT, found=_maybe({**_BEHIND, "allOf": list(_by_family("confidence"))})),
            identified_with=_object(requests=COUNT, seconds=SPAN),
            models=_list(_MODEL),
            trace=_list(COUNT),
            scope_evidence=_list(_TRIED),
            unanswered={"type": "object", "additionalProperties": SOME},
            retry_after=_maybe(
                _object(
                    " ".join((*_KEPT_WORD, "worst_early_s", "worst_needless_s")),
                    **dict.fromkeys(_KEPT_WORD, COUNT),
                    worst_early_s=TOLD,
                    worst_needless_s=TOLD,
                )
            ),
            calm_in_s=_maybe(SPAN),
            shut_s=_maybe(SPAN),
        ),
        "allOf": [
            _where("limited", {"const": True}, _object("seconds_spent left_undone")),
            _where("limited", {"const": False}, _object("none_seen")),
            *_by_family("confidence"),
        ],
    }
)
