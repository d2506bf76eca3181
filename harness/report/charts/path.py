"""Lines, bands and dots as SVG path data, in a plot whose origin is at the bottom left."""

from collections.abc import Iterable, Iterator, Sequence

from harness.report.charts.scale import SIZE

Point = tuple[float, float]
# Half of a stroke that stands for a single point: wide enough to be seen.
HALF = 4.0


def line(points: Iterable[Point | None]) -> str:
    """Through all points; a gap (None) interrupts it, and a point between two gaps is a short stroke."""
    return "".join(_through(run if len(run) > 1 else _stroke(run[0])) for run in _runs(points))


def band(lower: Iterable[Point | None], upper: Iterable[Point | None]) -> str:
    """The area between two lines that have their gaps in the same places."""
    return "".join(
        _through([*low, *reversed(high)]) + "Z" for low, high in zip(_runs(lower), _runs(upper), strict=True)
    )


def dots(points: Iterable[Point | None]) -> str:
    return "".join(_through([point]) for point in points if point is not None)


def _stroke(point: Point) -> list[Point]:
    x, y = point
    return [(x - HALF, y), (x + HALF, y)]


def _runs(points: Iterable[Point | None]) -> Iterator[list[Point]]:
    run: list[Point] = []
    for point in points:
        if point is not None:
            run.append(point)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _through(points: Sequence[Point]) -> str:
    places = [f"{x:g} {SIZE - y:g}" for x, y in points]
    return f"M{places[0]}" + "".join(f"L{place}" for place in places[1:] or places[:1])
