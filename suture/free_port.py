"""Finds a port that nobody listens on, or tells of one whether somebody does."""

import socket


def free_port(host: str = "127.0.0.1") -> int:
    """A port of this address that nobody listens on now; who wants it should bind it soon."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on this port now; connections of an earlier one that linger do not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True
