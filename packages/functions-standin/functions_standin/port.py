"""The host's TCP port, taken before anything else starts."""

import socket

from functions_standin.errors import SettingsError


def bind(address: str, port: int) -> socket.socket:
    """Take the port without listening on it yet; raise SettingsError if somebody else has it."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((address, port))
    except OSError as error:
        bound.close()
        raise SettingsError(
            f"Port {port} on {address} is unavailable ({error.strerror}). Close the process using that port, or "
            "specify another port using --port."
        ) from error
    return bound
