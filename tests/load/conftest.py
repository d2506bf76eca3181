import pytest

from tests.ports import free_pair


@pytest.fixture
def unused_port() -> int:
    """A loopback port that nobody listens on."""
    return free_pair()
