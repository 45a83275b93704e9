"""UPPER and LOWER: one character becomes one character, as the tables of the server have it, so that no text grows."""

from mssql_standin.values.code_units import to_cp1252


class _Upper(dict[int, str]):
    """Capitals by code point, found once: none of more than one character, none for characters of two code units."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        capital = next((each for each in (character.upper(), character.title()) if len(each) == 1), character)
        self[code] = capital if code <= 0xFFFF else character
        return self[code]


class _Lower(dict[int, str]):
    """Small letters by code point."""

    def __missing__(self, code: int) -> str:
        self[code] = chr(code).lower()[0] if code <= 0xFFFF else chr(code)
        return self[code]


class _WithinCodePage(dict[int, str]):
    """What another table says, as far as varchar's code page has the answer: it has no capital of the micro sign."""

    def __init__(self, table: dict[int, str]) -> None:
        super().__init__()
        self._table = table

    def __missing__(self, code: int) -> str:
        mapped = self._table[code]
        self[code] = mapped if to_cp1252(mapped) != b"?" else chr(code)
        return self[code]


_UPPER, _LOWER = _Upper(), _Lower()
_ANSI_UPPER, _ANSI_LOWER = _WithinCodePage(_UPPER), _WithinCodePage(_LOWER)


def upper(text: str, national: int) -> str:
    """Return UPPER of a text; `national` is 0 for varchar."""
    return text.upper() if text.isascii() else text.translate(_UPPER if national else _ANSI_UPPER)


def lower(text: str, national: int) -> str:
    """Return LOWER of a text; `national` is 0 for varchar."""
    return text.lower() if text.isascii() else text.translate(_LOWER if national else _ANSI_LOWER)
