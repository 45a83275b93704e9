"""%NAME% is an app setting, and what can be percent-encoding and is none stays as it is."""

import pytest

from relay.config.expansion import expand

SETTINGS = {"API_URL": "https://api.example", "KEY": "k%41", "EMPTY": "", "C3": "setting", "DE_AD": "x"}


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("%API_URL%/orders", "https://api.example/orders"),
        ("%API_URL%%KEY%", "https://api.examplek%41"),
        ("https://h/caf%E4%A9", "https://h/caf%E4%A9"),
        ("https://h/%e4%b8%ad%e6%96%87?x=%20y", "https://h/%e4%b8%ad%e6%96%87?x=%20y"),
        ("https://h/%E4bc%20%API_URL%", "https://h/%E4bc%20https://api.example"),
        ("https://h/%A9%API_URL%", "https://h/%A9https://api.example"),
        ("https://h/100%", "https://h/100%"),
        ("https://h/5%2Fx%zz", "https://h/5%2Fx%zz"),
        ("%DE_AD%be", "xbe"),
        ("a%C3%b", "asettingb"),
        ("", ""),
    ],
)
def test_settings_take_their_names_place_and_percent_encoding_stays(text: str, expanded: str) -> None:
    assert expand(text, SETTINGS) == (expanded, [])


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("%NOWHERE%/x", ["NOWHERE"]),
        ("%EMPTY%", ["EMPTY"]),
        ("%ADDRESS%/orders", ["ADDRESS"]),
        ("%FACE%", ["FACE"]),
        ("%ONE%%TWO%", ["ONE", "TWO"]),
    ],
)
def test_a_name_without_a_setting_is_missing_though_it_begins_like_percent_encoding(
    text: str, missing: list[str]
) -> None:
    assert expand(text, SETTINGS)[1] == missing
