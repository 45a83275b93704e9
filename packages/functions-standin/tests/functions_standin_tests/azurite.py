"""Azurite, Microsoft's storage emulator: the program `azurite` of its npm package, on free ports."""

import contextlib
import random
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

_SERVICES = ("Blob", "Queue", "Table")
_ACCOUNT = "devstoreaccount1"
_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
_PATIENCE_SECONDS = 60.0
# Below the range of outgoing connections: one of these would have the port of a server that is not up yet, or not up again.
_PRIVATE_PORTS = range(12_000, 20_000)


class Azurite:
    """One data folder and the process that serves it, on the same ports whenever it runs; stopped with the block."""

    def __init__(self, folder: Path, *, logs_requests: bool = False) -> None:
        """Do not start yet."""
        self._folder = folder
        self._options = ["--skipApiVersionCheck", "--disableTelemetry", *([] if logs_requests else ["--silent"])]
        self._process: subprocess.Popen[bytes] | None = None
        self._ports = free_ports(len(_SERVICES))
        self.log = folder / "azurite.log"

    @property
    def connection_string(self) -> str:
        """The connection string of its account, with ports that it has only while it runs."""
        endpoints = [
            f"{service}Endpoint=http://127.0.0.1:{port}/{_ACCOUNT}"
            for service, port in zip(_SERVICES, self._ports, strict=True)
        ]
        return ";".join(["DefaultEndpointsProtocol=http", f"AccountName={_ACCOUNT}", f"AccountKey={_KEY}", *endpoints])

    def start(self) -> None:
        """Start; return as soon as all three services take connections."""
        program = shutil.which("azurite")
        assert program, "there is no azurite on PATH; npm install -g azurite"
        self._folder.mkdir(parents=True, exist_ok=True)
        ports = [
            word
            for service, port in zip(_SERVICES, self._ports, strict=True)
            for word in (f"--{service.lower()}Port", str(port))
        ]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [program, "--location", str(self._folder / "data"), *ports, *self._options],
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not all(map(is_open, self._ports)):
            assert self._process.poll() is None, self.log.read_text(encoding="utf-8", errors="replace")
            assert time.monotonic() < deadline, "Azurite does not listen"
            time.sleep(0.05)

    def stop(self) -> None:
        """Ask it to end, and wait for that."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_PATIENCE_SECONDS)
            self._process = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def free_ports(count: int) -> list[int]:
    """Return so many different ports on which nobody listens, and which the system hands out to nobody."""
    ports: list[int] = []
    while len(ports) < count:
        number = random.choice(_PRIVATE_PORTS)
        with contextlib.suppress(OSError):
            socket.create_server(("127.0.0.1", number)).close()
            ports += {number}.difference(ports)
    return ports


def is_open(port: int) -> bool:
    """Tell whether somebody listens on a port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True
