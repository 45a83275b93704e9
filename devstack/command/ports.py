"""TCP ports on the loopback interface: finding free ones, and who has a taken one."""

import atexit
import os
import random
import socket
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import cycle, islice
from pathlib import Path

HOST = "127.0.0.1"
# Below the range from which Linux takes the local ports of outgoing connections: nobody gets a part's port by chance
# while the part is being restarted.
_PRIVATE_PORTS = range(20_000, 32_000)
# Each process looks for ports in a place of its own: what it has found is not yet taken, and need not be for long, as while its
# part is being restarted.
_PLACES = 64


def is_free(port: int) -> bool:
    """Tell whether a server could listen on the port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def accepts_connections(port: int) -> bool:
    """Tell whether a server accepts TCP connections on the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def free_port() -> int:
    """Return a port that is free now and is not handed out by the system for outgoing connections; none twice in a row."""
    ports = _place_of(os.getpid())
    for port in islice(_by_chance(ports), len(ports)):
        if is_free(port):
            return port
    raise OSError(f"no free port between {_PRIVATE_PORTS.start} and {_PRIVATE_PORTS.stop}")


@cache
def _place_of(pid: int) -> Sequence[int]:
    """Return ports in which no other process looks that has come here: who holds the first one's UDP twin has the place."""
    places = [_PRIVATE_PORTS[number::_PLACES] for number in range(_PLACES)]
    for place in places:
        holder = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            holder.bind((HOST, place[0]))
        except OSError:
            holder.close()
            continue
        atexit.register(holder.close)  # it is held until this process ends, however that happens
        return place
    return places[pid % _PLACES]


@cache
def _by_chance(ports: Sequence[int]) -> Iterator[int]:
    """Return these ports for ever, each as often as the others."""
    return cycle(random.sample(ports, len(ports)))


def owner(port: int) -> tuple[int, str] | None:
    """Return pid and name of the process that listens on the port, as far as Linux tells this user."""
    sockets = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    if not sockets:
        return None
    for descriptors in Path("/proc").glob("[0-9]*/fd"):
        try:
            if any(str(link.readlink()) in sockets for link in descriptors.iterdir()):
                return int(descriptors.parent.name), (descriptors.parent / "comm").read_text().strip()
        except (OSError, ValueError):
            continue  # of another user, or gone by now
    return None


def _listening_inodes(port: int) -> set[str]:
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        if not os.access(table, os.R_OK):
            continue
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            local_port, state = int(fields[1].rpartition(":")[2], 16), fields[3]
            if local_port == port and state == "0A":  # TCP_LISTEN
                inodes.add(fields[9])
    return inodes
