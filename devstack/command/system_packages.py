"""System libraries that Python packages cannot bring along; the system's package manager installs them."""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from devstack.command.errors import CommandError
from devstack.command.terminal import run_quietly, step


@dataclass(frozen=True, slots=True)
class PackageManager:
    """How one package manager is called; `refresh` comes first, if there is one."""

    program: str
    refresh: tuple[str, ...]
    install: tuple[str, ...]
    needs_root: bool = True


MANAGERS = (
    PackageManager("apt-get", ("apt-get", "update"), ("apt-get", "install", "--yes", "--no-install-recommends")),
    PackageManager("dnf", (), ("dnf", "install", "--assumeyes")),
    PackageManager("zypper", (), ("zypper", "--non-interactive", "install")),
    PackageManager("apk", (), ("apk", "add")),
    PackageManager("brew", (), ("brew", "install"), needs_root=False),
)
# Libraries (any of the names will do) -> package by package manager. pyodbc needs the first; Microsoft's ODBC driver
# from the wheel mssql-python-odbc needs the second and third, and opens the last when it meets TLS.
LIBRARIES: dict[tuple[str, ...], dict[str, str]] = {
    ("libodbc.so.2",): {"apt-get": "unixodbc", "dnf": "unixODBC", "zypper": "unixODBC", "apk": "unixodbc"},
    ("libltdl.so.7",): {"apt-get": "libltdl7", "dnf": "libtool-ltdl", "zypper": "libltdl7", "apk": "libltdl"},
    ("libgssapi_krb5.so.2",): {
        "apt-get": "libgssapi-krb5-2", "dnf": "krb5-libs", "zypper": "krb5", "apk": "krb5-libs"
    },
    ("libssl.so.3", "libssl.so.1.1"): {
        "apt-get": "openssl", "dnf": "openssl-libs", "zypper": "openssl", "apk": "openssl"
    },
}  # fmt: skip
LIBRARIES_MACOS: dict[tuple[str, ...], dict[str, str]] = {("libodbc.2.dylib",): {"brew": "unixodbc"}}


def ensure_libraries() -> None:
    """See that pyodbc and Microsoft's driver find their libraries: install what is missing, or say how."""
    wanted = LIBRARIES if sys.platform == "linux" else LIBRARIES_MACOS
    missing = [packages for names, packages in wanted.items() if not any(map(_loads, names))]
    if missing:
        install(missing, "the libraries that pyodbc and Microsoft's ODBC driver need")
        still = [names[0] for names in wanted if not any(map(_loads, names))]
        if still:
            raise CommandError(f"{', '.join(still)} cannot be loaded even now; look into the installation of it")


def install(packages: Sequence[Mapping[str, str]], purpose: str) -> None:
    """Install packages, each given by its name per package manager; raise CommandError with the command if we may not."""
    manager = next((each for each in MANAGERS if shutil.which(each.program)), None)
    if manager is None or not all(manager.program in names for names in packages):
        names = ", ".join(next(iter(each.values())) for each in packages)
        raise CommandError(f"{purpose} are missing; install {names} (names as in Debian) and run this again")
    wanted = [each[manager.program] for each in packages]
    commands = [command for command in (manager.refresh, (*manager.install, *wanted)) if command]
    prefix = _privilege() if manager.needs_root else ()
    if prefix is None:
        shown = " && ".join(f"sudo {' '.join(command)}" for command in commands)
        raise CommandError(f"{purpose} are missing; install them and run this again:\n\n    {shown}\n")
    with step(f"installing system packages {' '.join(wanted)}"):
        for command in commands:
            run_quietly(
                [*prefix, *command],
                environment={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                remedy=f"{purpose} are missing; install {' '.join(wanted)} yourself and run this again",
            )


def _privilege() -> tuple[str, ...] | None:
    """Return the prefix that makes a command run as root, or None if this user may not without a password."""
    if os.geteuid() == 0:
        return ()
    if shutil.which("sudo") is None:
        return None
    asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False, stdin=subprocess.DEVNULL)
    return ("sudo", "-n") if asked.returncode == 0 else None


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
