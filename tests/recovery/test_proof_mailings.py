"""A fraction of `./dev prove mailings`: kills of host and worker while mails are sent and the account says 429."""

from pathlib import Path

import pytest

from devstack.prove import mailings
from devstack.prove.scenarios import SCENARIOS

pytestmark = pytest.mark.timeout(600)


def test_everybody_gets_one_mail_however_often_it_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailings, "GRACE_SECONDS", 3.0)  # a machine that has more to do is slower

    result = SCENARIOS["mailings"].run(tmp_path / "mailings", 5, 200)

    assert result.kills >= 3, "most of the kills struck where they were aimed"
    assert result.verdict.holds, result.verdict
