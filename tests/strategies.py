"""Events as Hypothesis draws them: any that can be, and whole histories of a load run."""

from hypothesis import strategies as st

from harness.events import (
    Aborted,
    Acked,
    Began,
    Checked,
    Ended,
    Event,
    Failed,
    Gauged,
    Limited,
    Planned,
    Refused,
    Replanned,
    Replied,
    Sent,
)

TEXT = st.text(max_size=20)  # lone surrogates included
TIMES = st.integers(0, 2**62)
MAYBE = st.none() | TEXT
DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
OBJECTS = st.dictionaries(TEXT, DATA, max_size=3)

ANY_EVENT: st.SearchStrategy[Event] = st.one_of(
    st.builds(Planned, TIMES, TEXT, TEXT, TEXT, MAYBE),
    st.builds(Sent, TIMES, TEXT, st.integers(0, 10**12), st.integers(0, 10**12)),
    st.builds(Acked, TIMES, TEXT, st.integers(200, 299), MAYBE, MAYBE),
    st.builds(Refused, TIMES, TEXT, st.integers(400, 499), MAYBE),
    st.builds(Limited, TIMES, TEXT, st.none() | st.floats(0, 1e6)),
    st.builds(Failed, TIMES, TEXT, TEXT, st.none() | st.integers(200, 599)),
    st.builds(Replied, TIMES, TIMES, MAYBE, MAYBE, MAYBE, TEXT, st.lists(TEXT, max_size=2).map(tuple), MAYBE),
    st.builds(
        Replied,
        TIMES,
        TIMES,
        MAYBE,
        MAYBE,
        MAYBE,
        TEXT,
        endpoint=TEXT,
        peer=MAYBE,
        headers=st.none() | st.dictionaries(TEXT, TEXT, max_size=3),
        key_in=st.lists(TEXT, max_size=2).map(tuple),
    ),
    st.builds(
        Checked,
        TIMES,
        TEXT,
        TEXT,
        st.sampled_from(("pass", "fail", "not_exercised", "could_not_run", "observed")),
        st.integers(0),
        MAYBE,
        OBJECTS,
    ),
    st.builds(Gauged, TIMES, TEXT, TEXT, st.floats(allow_nan=False, allow_infinity=False)),
    st.builds(Aborted, TIMES, TEXT, st.integers(0), st.floats(allow_nan=False, allow_infinity=False)),
    st.builds(Began, TIMES, TIMES, TEXT, OBJECTS),
    st.builds(Replanned, TIMES, OBJECTS),
    st.builds(Ended, TIMES, TIMES, TEXT, st.sampled_from(("completed", "interrupted", "aborted", "died")), MAYBE),
)

SESSIONS = ("a", "b")
CUSTOMERS = ("c1", "c2", "c3")
OUTCOMES = ("accepted", "accepted", "accepted", "refused", "limited", "failed", "missed", "unfinished")


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """A load run with whatever interleaving: two sessions, messages of every outcome, replies of every kind.

    The target is not assumed to behave: replies may come before, twice, never, to strangers, or in no form at all.
    """
    events: list[Event] = [Acked(0, f"open-{name}", 200, name, f"user-{name}") for name in SESSIONS]
    events += [Planned(0, f"open-{name}", "createSession", name) for name in SESSIONS]
    for number in range(draw(st.integers(0, 8))):
        session, outcome = draw(st.sampled_from(SESSIONS)), draw(st.sampled_from(OUTCOMES))
        planned, wait, answer = draw(st.integers(1, 100)), draw(st.integers(0, 10)), draw(st.integers(0, 40))
        customer = draw(st.sampled_from(CUSTOMERS))
        events += _message(f"m{number}", customer, session, outcome, planned, planned + wait, planned + wait + answer)
    for _ in range(draw(st.integers(0, 10))):
        events.append(draw(_replies()))
    return sorted(events, key=lambda event: event.at)


def _message(
    request: str, customer: str, session: str, outcome: str, planned: int, sent: int, answered: int
) -> list[Event]:
    events: list[Event] = [Planned(planned, request, "sendMessage", customer, session)]
    if outcome != "missed":
        events.append(Sent(sent, request))
    match outcome:
        case "accepted":
            events.append(Acked(answered, request, 200))
        case "refused":
            events.append(Refused(answered, request, 404))
        case "limited":
            events.append(Limited(answered, request, 1.0))
        case "failed":
            events.append(Failed(answered, request, "broken connection"))
    return events


def _replies() -> st.SearchStrategy[Replied]:
    session = st.sampled_from((*SESSIONS, "stranger"))
    user = st.sampled_from(("user-a", "user-b"))
    problems = st.sampled_from(((), (), (), ("no content",)))
    return st.builds(
        Replied, st.integers(0, 200), st.just(0), session, user, st.just("bot"), st.sampled_from("xyz"), problems
    )
