"""What a fault is."""

from typing import ClassVar

from harness.sandbox.deviation import Deviation


class Fault(Deviation):
    """One seeded defect. The summary says what the API does wrong, as its user meets it."""

    breaks: ClassVar[str]  # the id of the one requirement that it breaks
