"""The look for secrets: planted ones are found, whatever they are; what is known to be none is not told again."""

import subprocess
from pathlib import Path

import pytest

from devstack.command.checks import CHECKS
from devstack.command.secrets import KNOWN, main, unknown

ROOT = Path(__file__).parents[4]
# Put together here, so that the look at this file finds none of them.
PLANTED = {
    "connection string": "Server=h;User ID=u;" + "Password=" + "kX3nWq8Zr1",
    "storage account": "AccountName=shop;Account" + "Key=" + "b" * 86 + "==",
    "shared access signature": "https://shop.blob.core.windows.net/a?sv=2024" + "&sig=" + "kX3nWq8Zr1kX3nWq8Zr1%3D",
    "function key in a link": "https://shop.azurewebsites.net/api/relays?" + "code=" + "kX3nWq8Zr1kX3nWq8Zr1kX3nWq",
    "header": 'headers = { Authorization = "Bearer ' + 'kX3nWq8Zr1.kX3nWq8Zr1" }',
    "key of an API": 'headers = { api_key = "' + 'kX3nWq8Zr1kX3" }',
    "user of a URL": 'endpoint = "https://shop:' + 'kX3nWq8Zr1@api.example/orders"',
    "private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "mail key": "SG." + "k" * 22 + "." + "X" * 43,
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    (tmp_path / KNOWN).parent.mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize("text", PLANTED.values(), ids=PLANTED)
def test_a_planted_secret_is_found(repository: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "relays.toml").write_text(f"# a file\n{text}\n", encoding="utf-8")

    assert main(repository, []) == 1

    told = capsys.readouterr().out
    assert "relays.toml:2: " in told
    assert "kX3nWq8Zr1" not in told


def test_what_git_ignores_is_not_looked_at(repository: Path) -> None:
    (repository / ".gitignore").write_text("*.local\n", encoding="utf-8")
    (repository / "a.local").write_text(PLANTED["connection string"], encoding="utf-8")

    assert main(repository, []) == 0


def test_what_is_known_is_not_told_again_wherever_it_stands_and_another_is(repository: Path) -> None:
    (repository / "a.toml").write_text(PLANTED["connection string"], encoding="utf-8")
    assert main(repository, ["--know"]) == 0
    (repository / "b.toml").write_text("\n\n" + PLANTED["connection string"], encoding="utf-8")
    assert unknown(repository) == []

    (repository / "b.toml").write_text(PLANTED["connection string"] + "2", encoding="utf-8")

    assert [each.path for each in unknown(repository)] == ["b.toml"]


def test_nothing_in_the_repository_looks_like_a_secret() -> None:
    assert unknown(ROOT) == []


def test_every_check_looks() -> None:
    assert any("devstack.command.secrets" in command for command in CHECKS.values())
