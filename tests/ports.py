"""Ports for a server that is told where to listen, and starts a while later.

The system gives no connection a port of these, and no two workers take the same.
"""

import itertools
import os
import random
import socket

# Below what is given to those who ask for any (/proc/sys/net/ipv4/ip_local_port_range).
FIRST, LAST = 20_000, 32_000
WORKERS = 16
EACH = (LAST - FIRST) // WORKERS

_own = FIRST + EACH * (int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % WORKERS)
# Somewhere in it, for another run of the tests may be going on.
_steps = itertools.count(random.SystemRandom().randrange(EACH))


def free_pair(host: str = "127.0.0.1") -> int:
    """The first of two neighbours at which nobody listens. They are not given out again soon."""
    for step in itertools.islice(_steps, EACH // 2):
        port = _own + 2 * step % EACH
        if _is_free(host, port) and _is_free(host, port + 1):
            return port
    raise AssertionError("no two neighbouring ports are free")


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        # As servers do, for which a connection that was closed just now is no hindrance.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
