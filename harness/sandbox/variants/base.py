"""What a variant is."""

from harness.sandbox.deviation import Deviation


class Variant(Deviation):
    """One peculiarity of an API that keeps the contract all the same. The summary says what is peculiar."""
