import json

import pytest

from functions_standin import json_with_comments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('{"a": 1} // end', {"a": 1}, id="line comment"),
        pytest.param('{/* a\n b */ "a": 1}', {"a": 1}, id="block comment"),
        pytest.param('{"a": "http://x/*y*/"}', {"a": "http://x/*y*/"}, id="not inside a string"),
        pytest.param('{"a": "\\"//"}', {"a": '"//'}, id="not after an escaped quote"),
        pytest.param('{"a": [1, 2,], }', {"a": [1, 2]}, id="trailing commas"),
        pytest.param('{"a": ",}"}', {"a": ",}"}, id="no trailing comma inside a string"),
        pytest.param('\ufeff{"a": 1}', {"a": 1}, id="byte order mark"),
    ],
)
def test_what_the_host_tolerates_is_read(text: str, expected: object) -> None:
    assert json_with_comments.loads(text) == expected


def test_an_error_names_the_line_of_the_original_text() -> None:
    with pytest.raises(json.JSONDecodeError, match="line 3"):
        json_with_comments.loads('{ /* one\n two */\n "a" 1}')
