"""Finds a port that nobody listens on, or tells of one whether somebody does."""

import random
import socket

# Below what Linux and others give to outgoing connections: such a one would take the port before its server does.
OFFERED = range(20_000, 32_000)
_given: set[int] = set()


def free_port(host: str = "127.0.0.1") -> int:
    """A port of this address that nobody listens on now, and never the same twice; `OSError` where none is left."""
    offset = random.SystemRandom().randrange(len(OFFERED))
    for step in range(len(OFFERED)):
        port = OFFERED[(offset + step) % len(OFFERED)]
        if port not in _given and is_free(port, host):
            _given.add(port)
            return port
    raise OSError(f"no port of {host} from {OFFERED.start} to {OFFERED.stop - 1} is free")


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on this port now; connections of an earlier one that linger do not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True
