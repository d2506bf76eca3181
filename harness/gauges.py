"""What the harness says of itself while it measures: how busy its processes were, and which stood still or died."""

from harness.events import Compared, Died, Event, Gauged
from harness.histogram import Histogram

# A pause of the sink's event loop below this is what any busy machine does to a process. What a shorter one does to the
# customers shows in how late they send; one that is longer keeps them from planning anything that could be late.
STALL_MS = 20.0
FREEZE_MS = 1000.0
# What the gauges of their processes begin with.
CUSTOMERS = "customers"


def frozen(source: str, name: str, value: float) -> bool:
    """Whether a gauge tells that a process of customers stood still for long."""
    return name == "lag_ms" and source.startswith(CUSTOMERS) and value > FREEZE_MS


class Gauges:
    """`values` by "source.name", and who died, whose clock was compared, and what stood still: `stalled_ms` is the
    sink's, `frozen_s` that of each process of customers."""

    def __init__(self) -> None:
        self.values: dict[str, Histogram] = {}
        self.deaths: list[Died] = []
        self.clocks: list[Compared] = []
        self.stalled_ms = 0.0
        self.frozen_s: dict[str, float] = {}

    def enter(self, event: Event) -> None:
        match event:
            case Gauged():
                # Gauges share the histogram: a value of 1.0 is kept as one "millisecond", in its own unit.
                self.values.setdefault(f"{event.source}.{event.name}", Histogram()).record(round(event.value * 1e6))
                if (event.source, event.name) == ("sink", "lag_ms") and event.value > STALL_MS:
                    self.stalled_ms += event.value
                if frozen(event.source, event.name, event.value):
                    self.frozen_s[event.source] = round(self.frozen_s.get(event.source, 0.0) + event.value / 1000, 3)
            case Died():
                self.deaths.append(event)
            case Compared():
                self.clocks.append(event)

    def obituaries(self, begin: int) -> list[str]:
        return [f"the {each.process} died after {(each.at - begin) / 1e9:.0f} s ({each.how})" for each in self.deaths]
