"""What header fields claim of several limiters, in words."""

import pytest

from harness.report.claims import claims

HIS, OTHER = {"quota": 14, "window_s": 3}, {"quota": 60, "window_s": 30}
UNKNOWN = {"looked_with": 9, "found": {"algorithm": None}}


@pytest.mark.parametrize(
    ("agree", "all_agree", "behind", "told"),
    [
        ((True, True), True, None, "and what they claim is what was found"),
        ((False, False), False, None, "and what they claim is NOT what was found"),
        (
            (True, False),
            False,
            None,
            "and of what they claim 14 in 3 s is what was found; 60 in 30 s is NOT what was found",
        ),
        ((True, None), True, None, "and of what they claim 14 in 3 s is what was found; 60 in 30 s was not met"),
        (
            (True, None),
            True,
            UNKNOWN,
            "and of what they claim 14 in 3 s is what was found; 60 in 30 s may be the other limiter's, whose rule "
            "could not be told",
        ),
        (
            (None, None),
            None,
            None,
            "and what they claim (14 in 3 s and 60 in 30 s) could not be held against a limiter",
        ),
    ],
)
def test_each_claim_is_told_with_what_became_of_it(agree, all_agree, behind, told):
    made = [{**claim, "agrees": each} for claim, each in zip((HIS, OTHER), agree, strict=True)]
    headers = {"dialects": ["RateLimit"], "claims": made, "agrees": all_agree}
    assert claims({"headers": headers, "behind": behind}) == f"RateLimit, {told}"


@pytest.mark.parametrize(("agrees", "told"), [(None, ""), (True, ", and what they claim is what was found")])
def test_a_result_of_old_says_no_more_than_it_did(agrees, told):
    assert claims({"headers": {"dialects": ["RateLimit"], "agrees": agrees}}) == f"RateLimit{told}"
