import pytest

from functions_standin.http.constraints import parse_constraint

CASES = {
    "int": (["5", "-5", "+2147483647"], ["x", "", "1.0", "2147483648"]),
    "long": (["9223372036854775807"], ["9223372036854775808", "a"]),
    "guid": (
        ["CD2C1638-1638-72D5-1638-DEADBEEF1638", "{cd2c1638-1638-72d5-1638-deadbeef1638}", "cd2c1638163872d51638deadbeef1638"],
        ["{cd2c1638-1638-72d5-1638-deadbeef1638", "cd2c1638", "cd2c-163816-3872d51638deadbeef1638"],
    ),
    "bool": (["true", "FALSE"], ["1", "yes"]),
    "decimal": (["49.99", "-1,000.01", "5"], ["x", ".", "1e5"]),
    "double": (["1.234", "-10", "1e-5", "NaN"], ["x", ""]),
    "float": (["1.5"], ["1.5.5"]),
    "datetime": (["2016-12-31", "12/31/2016 07:32 PM", "2016-12-31T07:32:00"], ["today", "12", "99/99/2016"]),
    "alpha": (["Rick"], ["R2", "a-b"]),
    "required": (["x"], [""]),
    "length(12)": (["somefile.txt"], ["x"]),
    "length(2,3)": (["ab", "abc"], ["a", "abcd"]),
    "minlength(4)": (["Rick"], ["Ric"]),
    "maxlength(3)": (["Ric", ""], ["Rick"]),
    "min(18)": (["18", "91"], ["17", "x"]),
    "max(120)": (["91", "-1"], ["121"]),
    "range(18,120)": (["18", "120"], ["17", "121"]),
    r"regex(^\d{3}-\d{2}$)": (["123-45"], ["123-4", "x123-45"]),
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value", "fits"),
    [
        (text, value, fits)
        for text, (good, bad) in CASES.items()
        for values, fits in ((good, True), (bad, False))
        for value in values
    ],
)
def test_a_constraint_takes_what_it_describes(text: str, value: str, fits: bool) -> None:
    assert parse_constraint(text)(value) is fits


@pytest.mark.parametrize("text", ["file", "int()", "length", "length(a)", "regex([)", "length(1"])
def test_an_unknown_constraint_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_constraint(text)
