import re

import pytest

from functions_standin.errors import FunctionInError
from functions_standin.sql_trigger.connection_string import to_odbc


def odbc(ado_net: str) -> dict[str, str]:
    text = to_odbc(ado_net, "D").text
    pairs = dict(re.findall(r"(\w+)=\{([^}]*)\}(?:;|$)", text))
    assert pairs.pop("Driver") == "D"
    return pairs


@pytest.mark.parametrize(
    ("ado_net", "expected"),
    [
        ("Server=tcp:h,1433;Database=d", {"Server": "tcp:h,1433", "Database": "d"}),
        ("Data Source=h\\inst;Initial Catalog=d;", {"Server": "h\\inst", "Database": "d"}),
        ("SERVER = h ; User ID = u ; Password = p ", {"Server": "h", "UID": "u", "PWD": "p"}),
        ("Server=h;UID=u;PWD='it''s;a \"b\"'", {"Server": "h", "UID": "u", "PWD": "it's;a \"b\""}),
        ('Server=h;PWD="a""b"', {"Server": "h", "PWD": 'a"b'}),
        ("Server=h;PWD=a=b==c", {"Server": "h", "PWD": "a=b==c"}),
        ("Server=h;Encrypt=True;TrustServerCertificate=False", {"Server": "h", "Encrypt": "yes", "TrustServerCertificate": "no"}),
        ("Server=h;Encrypt=Strict", {"Server": "h", "Encrypt": "strict"}),
        ("Server=h;Integrated Security=SSPI", {"Server": "h", "Trusted_Connection": "yes"}),
        ("Server=h;Authentication=Active Directory Default;User Id=x", {"Server": "h", "Authentication": "ActiveDirectoryMsi", "UID": "x"}),
        ("Server=h;Pooling=true;MultipleActiveResultSets=False;Persist Security Info=False", {"Server": "h"}),
        ("Server=h;Application Name=a;ApplicationIntent=ReadOnly", {"Server": "h", "APP": "a", "ApplicationIntent": "ReadOnly"}),
        ("Server=h;Password=", {"Server": "h", "PWD": ""}),
        ("Server=first;Server=last", {"Server": "last"}),
    ],
)  # fmt: skip
def test_keywords_are_translated(ado_net: str, expected: dict[str, str]) -> None:
    assert odbc(ado_net) == expected


def test_a_value_with_special_characters_stays_whole() -> None:
    assert to_odbc("Server=h;PWD='a;b}c'", "D").text == "Driver={D};Server={h};PWD={a;b}}c}"


def test_timeouts_are_kept_apart() -> None:
    found = to_odbc("Server=h;Connect Timeout=5;Command Timeout=7", "D")

    assert (found.login_timeout_seconds, found.command_timeout_seconds) == (5, 7)


@pytest.mark.parametrize(
    ("ado_net", "problem"),
    [
        ("Server=h;Colour=red", "keyword not supported: 'Colour'"),
        ("Database=d", "names no server"),
        ("Server=h;Encrypt=perhaps", "'Encrypt' has a value that is not supported"),
        ("Server=h;Connect Timeout=soon", "'Connect Timeout' must be a whole number"),
        ("Server=h;Password='abc", "'Password' lacks its closing quote"),
        ("Server=h;Password='abc'd", "behind the quoted value of 'Password'"),
        ("Server", "lacks its '='"),
        ("Server=h;=x", "lacks its '='"),
    ],
)
def test_what_cannot_be_translated_is_named(ado_net: str, problem: str) -> None:
    with pytest.raises(FunctionInError, match=problem) as raised:
        to_odbc(ado_net, "D")

    assert "abc" not in str(raised.value)


def test_the_password_is_in_no_repr_and_is_taken_out_of_messages() -> None:
    found = to_odbc("Server=h;PWD=top-secret", "D")

    assert "top-secret" not in repr(found)
    assert found.without_password("login with top-secret failed") == "login with *** failed"
