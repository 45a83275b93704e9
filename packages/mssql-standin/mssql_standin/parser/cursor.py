"""The place in a token list and the small questions that every part of the grammar asks there."""

from mssql_standin import not_supported
from mssql_standin.not_supported import unsupported
from mssql_standin.parser.keywords import RESERVED
from mssql_standin.parser.tokens import Token, tokenize
from mssql_standin.results import SqlError


class Cursor:
    """A cursor over the tokens of a batch."""

    def __init__(self, sql: str) -> None:
        """Tokenize the text and stand before its first token."""
        self.sql = sql
        self.tokens = tokenize(sql)
        self.place = 0

    @property
    def token(self) -> Token:
        """The next token."""
        return self.tokens[self.place]

    def ahead(self, count: int = 1) -> Token:
        """Return the token `count` places after the next one."""
        return self.tokens[min(self.place + count, len(self.tokens) - 1)]

    def advance(self) -> Token:
        """Consume and return the next token."""
        token = self.tokens[self.place]
        if token.kind != "end":
            self.place += 1
        return token

    def at(self, word: str, *following: str) -> bool:
        """Tell whether the next tokens are these keywords, one after the other."""
        if self.tokens[self.place].upper != word:  # the question that parsing asks most, and mostly the answer
            return False
        return all(self.ahead(i).upper == other for i, other in enumerate(following, 1))

    def at_any(self, *words: str) -> bool:
        """Tell whether the next token is one of these keywords."""
        return self.token.kind == "word" and self.token.value in words

    def accept(self, word: str, *following: str) -> bool:
        """Consume these keywords if they come next."""
        if self.tokens[self.place].upper == word and self.at(word, *following):
            self.place += 1 + len(following)
            return True
        return False

    def expect(self, *words: str) -> None:
        """Consume these keywords; error 102 or 156 if they do not come next."""
        for word in words:
            if not self.accept(word):
                raise self.error()

    def at_op(self, operator: str) -> bool:
        """Tell whether the next token is this operator."""
        token = self.tokens[self.place]
        return token.kind == "op" and token.text == operator

    def accept_op(self, operator: str) -> bool:
        """Consume this operator if it comes next."""
        if self.at_op(operator):
            self.place += 1
            return True
        return False

    def expect_op(self, operator: str) -> None:
        """Consume this operator; error 102 if it does not come next."""
        if not self.accept_op(operator):
            raise self.error()

    def at_identifier(self) -> bool:
        """Tell whether a name comes next."""
        token = self.tokens[self.place]
        return token.kind == "quoted" or (token.kind == "word" and token.value not in RESERVED)

    def identifier(self) -> str:
        """Consume a name."""
        if not self.at_identifier():
            raise self.error()
        token = self.advance()
        name = token.value if token.kind == "quoted" else token.text
        if not name:
            raise SqlError(1038, "An object or column name is missing or empty.", 15, line=token.line)
        if len(name) > 128:
            raise SqlError(
                103, f"The identifier that starts with '{name[:124]}' is too long. Maximum length is 128.", 15
            )
        return str(name)

    def name_of_rows(self) -> tuple[str, ...]:
        """Consume the name of a table, or a table variable as a name of one part."""
        if self.token.kind == "variable" and not self.token.text.startswith("@@"):
            return (self.advance().text,)
        return self.name()

    def name(self) -> tuple[str, ...]:
        """Consume the dotted name of an object. Raises SqlError 117."""
        line = self.token.line
        parts: list[str | None] = []
        while self.at_op(".") and len(parts) < 3:  # server, database, schema may be left out
            self.advance()
            parts.append(None)
        parts.append(self.identifier())
        while self.accept_op("."):
            parts.append(None if self.at_op(".") and len(parts) < 3 else self.identifier())
        if len(parts) > 4:
            raise SqlError(117, f"The object name '{'.'.join(part or '' for part in parts)}' contains more than the maximum number of prefixes. The maximum "
                                "is 3.", 15, line=line)  # fmt: skip
        while parts[0] is None:
            del parts[0]
        return tuple(part or "dbo" for part in parts)

    def column_name(self) -> tuple[str, ...]:
        """Consume the dotted name of a column."""
        parts = [self.identifier()]
        while self.accept_op("."):
            parts.append(self.identifier())
        return tuple(parts)

    def names(self) -> tuple[str, ...]:
        """Consume a parenthesised list of names."""
        self.expect_op("(")
        found = [self.identifier()]
        while self.accept_op(","):
            found.append(self.identifier())
        self.expect_op(")")
        return tuple(found)

    def integer(self) -> int:
        """Consume an integer literal, perhaps negative."""
        sign = -1 if self.accept_op("-") else 1
        if self.token.kind != "number" or not self.token.text.isdigit():
            raise self.error()
        return sign * int(self.advance().text)

    def error(self) -> SqlError:
        """Return the syntax error at the next token."""
        token = self.token
        if token.kind == "end":
            before = self.tokens[self.place - 1].text if self.place else ""
            return SqlError(102, f"Incorrect syntax near '{before}'.", 15, line=token.line)
        if token.kind == "word" and token.value in not_supported.WORDS:
            return self.unsupported(token.value)
        if self.at("NOT", "FOR"):
            return self.unsupported("NOT FOR REPLICATION")
        if token.kind == "word" and token.value in RESERVED:
            return SqlError(156, f"Incorrect syntax near the keyword '{token.text}'.", 15, line=token.line)
        shown = token.value if token.kind in {"string", "nstring", "quoted"} else token.text
        return SqlError(102, f"Incorrect syntax near '{shown}'.", 15, line=token.line)

    def unsupported(self, what: str) -> SqlError:
        """Return the error for T-SQL that exists, but not here."""
        return unsupported(what, self.token.line)


__all__ = ["Cursor", "unsupported"]
