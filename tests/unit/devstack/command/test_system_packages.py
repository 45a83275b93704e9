import os
from pathlib import Path

import pytest

from devstack.command import system_packages
from devstack.command.errors import CommandError
from devstack.command.system_packages import ensure_libraries, install
from tests.unit.devstack.command.test_installation import program

PACKAGES = [{"apt-get": "unixodbc", "dnf": "unixODBC"}, {"apt-get": "libltdl7", "dnf": "libtool-ltdl"}]


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    return tmp_path


def recording(tools: Path, name: str, script: str = "") -> None:
    program(tools / name, f'echo "{name} $*" >> {tools}/calls\n{script}')


def calls(tools: Path) -> list[str]:
    return (tools / "calls").read_text().splitlines() if (tools / "calls").exists() else []


def test_root_installs_without_asking(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    recording(tools, "apt-get")

    install(PACKAGES, "they")

    assert calls(tools) == ["apt-get update", "apt-get install --yes --no-install-recommends unixodbc libltdl7"]


def test_an_ordinary_user_installs_with_sudo_that_needs_no_password(tools: Path) -> None:
    recording(tools, "dnf")
    recording(tools, "sudo", 'shift; "$@"')
    program(tools / "true", "")

    install(PACKAGES, "they")

    assert calls(tools)[-2:] == [
        "sudo -n dnf install --assumeyes unixODBC libtool-ltdl",
        "dnf install --assumeyes unixODBC libtool-ltdl",
    ]


@pytest.mark.parametrize("sudo", [None, "exit 1"], ids=["no-sudo", "sudo-wants-a-password"])
def test_a_user_who_may_not_install_gets_the_command(tools: Path, sudo: str | None) -> None:
    recording(tools, "apt-get")
    if sudo:
        recording(tools, "sudo", sudo)

    with pytest.raises(
        CommandError,
        match="sudo apt-get update && sudo apt-get install --yes --no-install-recommends unixodbc libltdl7",
    ):
        install(PACKAGES, "they")

    assert not any(call.startswith("apt-get") for call in calls(tools))


def test_without_a_known_package_manager_the_packages_are_named(tools: Path) -> None:
    with pytest.raises(CommandError, match=r"install unixodbc, libltdl7 \(names as in Debian\)"):
        install(PACKAGES, "they")


def test_a_failing_package_manager_is_shown(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    recording(tools, "apt-get", "echo E: no network; exit 100")

    with pytest.raises(CommandError, match=r"E: no network(.|\n)*apt-get failed with exit status 100"):
        install(PACKAGES, "they")


def test_libraries_that_are_there_need_no_package_manager(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_packages, "LIBRARIES", {("libnot.so.9", "libc.so.6"): {"apt-get": "libc6"}})

    ensure_libraries()


def test_only_missing_libraries_are_installed_and_looked_for_again(
    tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    recording(tools, "apt-get")
    wanted = {("libc.so.6",): {"apt-get": "libc6"}, ("libnot.so.9",): {"apt-get": "libnot9"}}
    monkeypatch.setattr(system_packages, "LIBRARIES", wanted)

    with pytest.raises(CommandError, match=r"libnot.so.9 cannot be loaded even now"):
        ensure_libraries()

    assert calls(tools)[-1].split()[4:] == ["libnot9"]
