"""What of a request comes back as ***, in whichever form an endpoint echoes it."""

import pytest

from adapters.http.secrets import blanked, secrets_of


@pytest.mark.parametrize(
    "echo",
    [
        "Bearer geheim-123",
        "geheim-123",
        "key%2Fgeheim",
        "key/geheim",
        "user@name:pass-word",
        "pass-word",
        "dXNlckBuYW1lOnBhc3Mtd29yZA==",
        'quoted-"1"',
        'quoted-\\"1\\"',
    ],
)
def test_a_secret_is_blanked(echo: str) -> None:
    secrets = secrets_of(
        "https://user%40name:pass-word@host/a?key=key%2Fgeheim",
        {"Authorization": "Bearer geheim-123", "X-Key": 'quoted-"1"', "User-Agent": "an-agent"},
    )

    assert blanked(f"<{echo}>", secrets) == "<***>"
    assert blanked("an-agent", secrets) == "an-agent"
