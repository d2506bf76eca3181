"""What a model has left along a trace, as the picture shows it."""

from harness.identification.families.aligned_window import AlignedWindow
from harness.identification.families.token_bucket import TokenBucket
from harness.identification.trace import Observation, Trace
from harness.limits.left import left


def trace_of(*groups):
    """Of (seconds, let in, refused), each sent at once and answered within 20 ms, in no order of their verdicts."""
    trace = Trace()
    for at, admitted, refused in groups:
        verdicts = [True] * admitted + [False] * refused
        trace.add([Observation(at + n / 1e4, at + 0.02 - n / 1e4, verdict) for n, verdict in enumerate(verdicts[::-1])])
    return trace


def test_the_refused_of_a_group_stand_where_its_admitted_ones_have_left_nothing():
    found = left(TokenBucket(5, 10.0), trace_of((1.0, 5, 3), (2.0, 0, 1)))
    assert [requests for _, requests in found.points] == [5, 0, 0]
    assert found.points[0][0] == found.points[1][0]
    assert found.contradicted == ()


def test_who_is_refused_while_much_is_left_contradicts_and_what_was_left_is_told():
    found = left(AlignedWindow(5, 10.0, 0.0), trace_of((1.0, 2, 0), (2.0, 0, 1)))
    assert found.contradicted == ((2, 3),)


def test_what_comes_back_in_a_silence_does_so_when_the_model_says_so():
    found = left(AlignedWindow(2, 1.0, 0.5), trace_of((0.6, 2, 1), (1.4, 0, 1), (2.3, 2, 0)))
    opened = next(at for at, requests in found.points if at > 1.42 and requests == 2)
    assert abs(opened - 1.5) < 0.01


def test_only_what_changes_is_kept():
    found = left(AlignedWindow(3, 100.0, 0.0), trace_of((1.0, 3, 0), *((2.0 + n, 0, 1) for n in range(20))))
    assert len(found.points) <= 4
