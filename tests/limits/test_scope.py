"""Whose quota it is, in words, and how to learn what could not be tried."""

from harness.limits.scope import Control, scope_of

TENANT = "no second tenant was given: set HARNESS_OTHER_API_KEY and --other-client-id"
ADDRESS = "this machine reaches the target from one address"


def control(dimension, shares, why=""):
    return Control(dimension, None, shares, why)


def test_a_key_that_could_not_be_tried_says_what_to_set():
    shared = control("session", True), control("operation", True)
    told = scope_of((*shared, control("key", None, TENANT), control("address", True))).told
    assert told == f"shared by all that was tried; whether by key could not be, as {TENANT}"
    told = scope_of((*shared, control("key", None, TENANT), control("address", False))).told
    assert told == f"each address has a quota of its own; other keys could not be tried, as {TENANT}"


def test_several_things_that_could_not_be_tried_have_a_reason_each():
    told = scope_of((control("key", None, TENANT), control("address", None, ADDRESS))).told
    assert told == f"shared by all that was tried; whether by key and address could not be, as {ADDRESS}, and {TENANT}"


def test_what_was_tried_needs_no_reason():
    assert (
        scope_of((control("key", False), control("address", None, ADDRESS))).told == "each key has a quota of its own"
    )
