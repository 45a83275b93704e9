"""Lexer: the text of a batch as tokens."""

import re
import unicodedata
from typing import Any, NamedTuple

from mssql_standin.not_supported import unsupported
from mssql_standin.results import SqlError

_TOKEN = re.compile(
    r"""
    (?P<space>(?:[\s\u00a0\ufeff]+|--[^\n]*)+)
  | (?P<block_comment>/\*)
  | (?P<string>[Nn]?'(?:[^']|'')*')
  | (?P<bracketed>\[(?:[^\]]|\]\])*\])
  | (?P<double_quoted>"(?:[^"]|"")*")
  | (?P<binary>0[xX][0-9a-fA-F]*)
  | (?P<number>(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?)
  | (?P<variable>@@?[\w@\#$]+)
  | (?P<word>[^\W\d][\w@\#$]*|\#\#?[\w@\#$]+|\$(?:action|ACTION|Action)\b)
  | (?P<op><=|>=|<>|!=|!<|!>|\+=|-=|\*=|/=|%=|&=|\|=|\^=|::|[-+*/%=<>(),.;&|^~?:\[\]'"])
    """,
    re.VERBOSE,
)
_OF_ONE_LINE = frozenset({"word", "op", "variable", "number", "binary"})
_COMMENT_EDGE = re.compile(r"/\*|\*/")


class Token(NamedTuple):
    """One token. `kind`: word, quoted, variable, string, nstring, number, binary, op, end; `text` as written.

    `upper` is the keyword that it would be, empty for everything but bare words.
    """

    kind: str
    text: str
    value: Any
    line: int
    start: int
    end: int
    upper: str = ""


def tokenize(sql: str) -> list[Token]:
    """Return the tokens of a batch, ended by one of kind "end". Raises SqlError 102, 105 or 113."""
    tokens: list[Token] = []
    position, line = 0, 1
    while position < len(sql):
        match = _TOKEN.match(sql, position)
        if match is None and (what := _elsewhere(sql, position)):
            raise unsupported(what, line)
        if match is None:
            raise SqlError(102, f"Incorrect syntax near '{sql[position]}'.", 15, line=line)
        kind, text = match.lastgroup or "", match.group()
        end = match.end()
        if kind == "block_comment":
            end = _skip_comment(sql, position, line)
            text = sql[position:end]
        elif kind != "space":
            tokens.append(_token(kind, text, line, position, end))
        if kind not in _OF_ONE_LINE:
            line += text.count("\n")
        position = end
    tokens.append(Token("end", "", None, line, len(sql), len(sql)))
    return tokens


def _elsewhere(sql: str, position: int) -> str:
    """Return what of T-SQL begins here that the tokens of this engine leave out."""
    if sql[position] == "{":
        return "an escape of ODBC in braces"
    if unicodedata.category(sql[position]) == "Sc":
        following = sql[position + 1 : position + 2]
        return "a money constant" if not following.isalpha() else f"a name that begins with {sql[position]}"
    return ""


def _skip_comment(sql: str, start: int, line: int) -> int:
    depth = 0
    for edge in _COMMENT_EDGE.finditer(sql, start):
        depth += 1 if edge.group() == "/*" else -1
        if depth == 0:
            return edge.end()
    raise SqlError(113, "Missing end comment mark '*/'.", 15, line=line)


def _token(kind: str, text: str, line: int, start: int, end: int) -> Token:
    if kind == "op" and text in {"'", '"', "["}:
        raise SqlError(105, f"Unclosed quotation mark after the character string '{text}'.", 15, line=line)
    value: Any = text
    match kind:
        case "string":
            national = text[0] in "Nn"
            kind = "nstring" if national else "string"
            value = text[2 if national else 1 : -1].replace("''", "'")
        case "bracketed":
            kind, value = "quoted", text[1:-1].replace("]]", "]")
        case "double_quoted":
            kind, value = "quoted", text[1:-1].replace('""', '"')
        case "binary":
            value = bytes.fromhex(text[2:].zfill(len(text[2:]) + len(text[2:]) % 2))
        case "word":
            upper = text.upper()
            return Token(kind, text, upper, line, start, end, upper)
    return Token(kind, text, value, line, start, end)
