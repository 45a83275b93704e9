"""Text counts in UTF-16 code units: a character outside the basic plane is two, and either half may stand alone."""

from typing import Any

import pytest

from mssql_standin.results import Parameter
from mssql_standin.sql_types import SqlType
from mssql_standin.values.code_units import kept, plain, utf16
from mssql_standin.wire.outgoing import encoder
from mssql_standin_tests.unit.engine.client import Answer, Client

NVARCHAR = SqlType("nvarchar", 50)
GRIN = "\U0001f600"
HIGH, LOW = "\ud83d", "\ude00"
LAST = "\U0010ffff"  # from where halves are kept


@pytest.mark.parametrize(
    "text", ["", "a", "é", GRIN, HIGH, LOW, LOW + HIGH, f"a{HIGH}b", LAST, f"{HIGH}{LAST}{LOW}", "\U0010f800"]
)
def test_any_sequence_of_units_is_kept_and_given_back(text: str) -> None:
    assert plain(kept(text)) == text
    assert utf16(kept(text)) == text.encode("utf-16-le", "surrogatepass")


def test_half_a_pair_is_stored_compared_and_sent(reader: Client) -> None:
    reader.run("CREATE TABLE #t (id int, v nvarchar(10))")
    for number, text in enumerate((f"a{HIGH}", f"a{LOW}", LAST, f"a{GRIN}")):
        reader.run(f"INSERT INTO #t VALUES ({number}, @v)", Parameter("@v", NVARCHAR, text))

    found = reader.value("SELECT v FROM #t WHERE v = @v", Parameter("@v", NVARCHAR, f"a{HIGH}"))

    assert encoder(NVARCHAR)(found) == b"\4\0" + f"a{HIGH}".encode("utf-16-le", "surrogatepass")
    assert reader.rows("SELECT id, LEN(v), DATALENGTH(v) FROM #t ORDER BY id") == [
        (0, 2, 4),
        (1, 2, 4),
        (2, 2, 4),
        (3, 3, 6),
    ]
    assert reader.rows("SELECT id FROM #t WHERE v = @v", Parameter("@v", NVARCHAR, f"A{GRIN}")) == [(3,)]
    assert reader.value("SELECT COUNT(DISTINCT v) FROM #t") == 4
    reader.run("DROP TABLE #t")


def test_half_a_pair_goes_through_messages_defaults_and_literals(reader: Client) -> None:
    def run(sql: str) -> Answer:
        return reader.answer(sql, valid=False)  # the parser that checks syntax takes files, which have no half pairs

    run(f"CREATE TABLE halves (id int PRIMARY KEY, v nvarchar(5) DEFAULT N'{HIGH}', u nvarchar(5) UNIQUE)")
    run(f"INSERT INTO halves (id, u) VALUES (1, N'{LOW}')")

    (twice,) = run(f"INSERT INTO halves (id, u) VALUES (2, N'{LOW}')").errors
    caught = run(f"BEGIN TRY THROW 50001, N'{HIGH}', 1 END TRY BEGIN CATCH SELECT ERROR_MESSAGE() END CATCH").sets

    assert plain(reader.value("SELECT v FROM halves")) == HIGH
    assert f"({LOW})".encode("utf-16-le", "surrogatepass") in utf16(twice.text)
    assert plain(caught[0][0][0]) == HIGH
    assert [utf16(note) for note in run(f"PRINT N'{HIGH}'").notes] == [b"\x3d\xd8"]
    reader.run("DROP TABLE halves")


def test_two_halves_that_meet_are_one_character(reader: Client) -> None:
    sql = f"SELECT LEN(a + b), CASE WHEN a + b = N'{GRIN}' THEN 1 ELSE 0 END FROM (SELECT NCHAR(55357) a, NCHAR(56832) b) x"

    assert reader.rows(sql) == [(2, 1)]
    joined = reader.value("SELECT NCHAR(55357) + NCHAR(56832)")
    assert utf16(joined) == GRIN.encode("utf-16-le")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (f"SUBSTRING(N'a{GRIN}b', 2, 1)", HIGH),
        (f"LEFT(N'{GRIN}', 1)", HIGH),
        (f"RIGHT(N'{GRIN}', 1)", LOW),
        (f"REVERSE(N'{GRIN}')", LOW + HIGH),
        (f"STUFF(N'{GRIN}', 2, 1, N'x')", HIGH + "x"),
        (f"CAST(N'a{GRIN}' AS nvarchar(2))", "a" + HIGH),
        (f"REPLACE(N'{GRIN}', NCHAR(55357), N'x')", "x" + LOW),
        (f"UNICODE(N'{GRIN}')", 0xD83D),
        ("NCHAR(55357)", HIGH),
        (f"CHARINDEX(N'b', N'{GRIN}{GRIN}b')", 5),
        (f"PATINDEX(N'%b%', N'{GRIN}b')", 3),
        (f"CASE WHEN N'{GRIN}' LIKE N'_' THEN 1 ELSE 0 END", 0),
        (f"CASE WHEN N'{GRIN}' LIKE N'__' THEN 1 ELSE 0 END", 1),
        (f"CASE WHEN N'{GRIN}b' LIKE N'{GRIN}%' THEN 1 ELSE 0 END", 1),
        (f"CAST(N'{GRIN}' AS varchar(5))", "??"),
        ("CAST(NCHAR(55357) AS varchar(5))", "?"),
        (f"CAST(N'{GRIN}' AS varbinary(4))", GRIN.encode("utf-16-le")),
        ("CAST(0x3DD8 AS nvarchar(1))", HIGH),
        (r"""JSON_VALUE(N'["\ud83d"]', '$[0]')""", HIGH),
        (r"""(SELECT value FROM OPENJSON(N'["\ud83d\ude00"]'))""", GRIN),
    ],
)  # fmt: skip
def test_functions_work_on_units(reader: Client, expression: str, value: Any) -> None:
    found = reader.value(f"SELECT {expression}")

    assert (plain(found) if isinstance(found, str) else found) == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("UPPER(N'straße')", "STRAßE"),
        ("UPPER('straße')", "STRAßE"),
        ("LEN(UPPER(N'ß'))", 1),
        ("UPPER(N'ŉﬁÿåλ')", "ŉﬁŸÅΛ"),
        ("UPPER('µƒÿ')", "µƒŸ"),
        ("LOWER(N'İÅ\u03a3')", "iå\u03c3"),
        ("LOWER('ÀŸ')", "àÿ"),
        ("UPPER(N'\U00010428')", "\U00010428"),
    ],
)
def test_a_letter_has_one_capital_of_one_unit(reader: Client, expression: str, value: Any) -> None:
    assert reader.value(f"SELECT {expression}") == value


def test_a_capital_fits_where_its_letter_did(reader: Client) -> None:
    reader.run("CREATE TABLE #s (v varchar(6)); INSERT INTO #s VALUES ('straße'); UPDATE #s SET v = UPPER(v)")

    assert reader.value("SELECT v FROM #s") == "STRAßE"
    reader.run("DROP TABLE #s")
