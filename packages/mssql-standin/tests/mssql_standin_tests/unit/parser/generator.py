"""Random batches: from a grammar of the subset, and with tokens lost, doubled, swapped and put in from elsewhere."""

import random
import re
from collections.abc import Iterator

# Each name has its alternatives; {name} is replaced by one of them. The first one ends a batch that has grown too deep.
GRAMMAR: dict[str, list[str]] = {
    "column": ["a", "t.b", "[c d]", '"e"', "s.f"],
    "name": ["t", "dbo.t", "[x y].[z]", "#tmp", "@tv"],
    "number": ["1", "2.5", "1e3", "0x0A", "0"],
    "text": ["'x'", "N'it''s'", "''"],
    "variable": ["@a", "@b"],
    "type": ["int", "nvarchar(10)", "varchar(max)", "decimal(9, 2)", "datetime2(3)", "bit", "varbinary(8)", "float(53)", "sysname"],
    "value": [
        "{column}", "{number}", "{text}", "{variable}", "NULL", "({value})", "-{value}", "{value} + {value}", "{value} * {value}",
        "{value} % {value}", "~{value}", "CASE WHEN {condition} THEN {value} ELSE {value} END", "CASE {value} WHEN {value} THEN {value} END",
        "CAST({value} AS {type})", "TRY_CAST({value} AS {type})", "CONVERT({type}, {value})", "CONVERT(varchar(30), {value}, 126)",
        "TRY_CONVERT({type}, {value})", "IIF({condition}, {value}, {value})", "COALESCE({value}, {value})", "ISNULL({value}, {value})",
        "NULLIF({value}, {value})", "UPPER({value})", "SUBSTRING({value}, 1, 2)", "LEFT({value}, 1)", "RIGHT({value}, 1)", "CONCAT({value}, {value})",
        "DATEADD(day, {value}, {value})", "DATEDIFF(second, {value}, {value})", "DATEPART(year, {value})", "SYSUTCDATETIME()",
        "CURRENT_TIMESTAMP", "@@ROWCOUNT", "@@TRANCOUNT", "NEWID()", "({query})", "COUNT(*)", "SUM(DISTINCT {value})", "MAX({value})",
        "ROW_NUMBER() OVER (PARTITION BY {column} ORDER BY {column} DESC)", "SUM({value}) OVER (ORDER BY {column})",
        "LAG({value}, 1) OVER (ORDER BY {column})", "JSON_VALUE({value}, '$.a')", "{value} COLLATE Latin1_General_BIN2", "STRING_AGG({value}, ',')",
        "$action", "inserted.a", "deleted.b", "ERROR_NUMBER()", "CHANGE_TRACKING_CURRENT_VERSION()", "OBJECT_ID({text})", "USER", "{value} & {value}",
    ],
    "condition": [
        "{value} = {value}", "{value} <> {value}", "{value} >= {value}", "{value} !< {value}", "{value} IS NULL", "{value} IS NOT NULL",
        "{value} IN ({value}, {value})", "{value} NOT IN ({query})", "{value} BETWEEN {value} AND {value}", "{value} LIKE {text} ESCAPE '!'",
        "NOT {condition}", "({condition})", "{condition} AND {condition}", "{condition} OR {condition}", "EXISTS ({query})",
    ],
    "item": ["{value}", "{value} AS x", "x = {value}", "*", "t.*", "{value} 'y'", "{value} [z w]"],
    "items": ["{item}", "{item}, {items}"],
    "hint": ["", "WITH (UPDLOCK, HOLDLOCK)", "WITH (NOLOCK)", "WITH (READPAST, ROWLOCK)", "WITH (TABLOCKX)"],
    "source": [
        "{name}", "{name} AS t {hint}", "{name} s", "({query}) AS q", "({query}) q (a, b)", "(VALUES ({value}, {value}), (1, 2)) AS v (a, b)",
        "{source} INNER JOIN {source} ON {condition}", "{source} LEFT OUTER JOIN {source} ON {condition}", "{source} CROSS JOIN {source}",
        "{source}, {source}", "{source} FULL JOIN {source} ON {condition}", "{source} CROSS APPLY OPENJSON({value}) AS j",
        "OPENJSON({value}, '$.a') WITH (a int, b nvarchar(max) '$.b' AS JSON) AS j", "STRING_SPLIT({value}, ',') AS p", "({source})",
        "CHANGETABLE(CHANGES {name}, @a) AS ct", "CHANGETABLE(CHANGES {name}, 0) ct (a, b)", "CHANGETABLE(VERSION {name}, (a), ({value})) AS cv",
    ],
    "where": ["", "WHERE {condition}"],
    "group": ["", "GROUP BY {column}", "GROUP BY {value}, {column} HAVING {condition}"],
    "top": ["", "TOP (1)", "TOP 5", "DISTINCT", "TOP ({value})", "DISTINCT TOP (2)", "ALL"],
    "select": ["SELECT {items}", "SELECT {top} {items} FROM {source} {where} {group}"],
    "query": ["{select}", "{select} UNION ALL {select}", "{select} EXCEPT {query}", "({query}) UNION {select}", "SELECT TOP (1) {items} FROM {source} ORDER BY a",
              "{select} ORDER BY {value} OFFSET 1 ROWS FETCH NEXT 1 ROW ONLY"],
    "order": ["", "ORDER BY {column}", "ORDER BY {value} DESC, 2", "ORDER BY 1 OFFSET {value} ROWS", "ORDER BY a OFFSET 0 ROWS FETCH FIRST 5 ROWS ONLY"],
    "option": ["", "OPTION (RECOMPILE)", "OPTION (MAXDOP 1)"],
    "with": ["", "WITH c AS ({query})", "WITH c (a, b) AS ({query}), d AS ({query})", ";WITH e AS ({query})"],
    "output": ["", "OUTPUT inserted.a", "OUTPUT deleted.*, inserted.b AS x", "OUTPUT inserted.a INTO @tv (a)", "OUTPUT $action, {value}"],
    "set": ["a = {value}", "t.b += {value}", "@a = {value}", "@a = b = {value}", "{set}, {set}", "a = DEFAULT"],
    "row": ["({value}, {value})", "(DEFAULT, {value})", "({value}, {value}), {row}"],
    "branch": [
        "WHEN MATCHED THEN DELETE", "WHEN MATCHED AND {condition} THEN UPDATE SET {set}", "WHEN NOT MATCHED THEN INSERT (a, b) VALUES ({value}, {value})",
        "WHEN NOT MATCHED BY SOURCE THEN DELETE", "WHEN NOT MATCHED BY TARGET AND {condition} THEN INSERT DEFAULT VALUES",
        "WHEN NOT MATCHED BY SOURCE AND {condition} THEN UPDATE SET {set}", "{branch} {branch}",
    ],
    "constraint": ["PRIMARY KEY (a)", "CONSTRAINT c UNIQUE NONCLUSTERED (a, b DESC)", "CHECK ({condition})", "FOREIGN KEY (a) REFERENCES {name} (b)",
                   "CONSTRAINT pk PRIMARY KEY CLUSTERED (a ASC)", "INDEX i (a)", "CONSTRAINT f FOREIGN KEY (a) REFERENCES u (b) ON DELETE NO ACTION"],
    "definition": ["a {type}", "b {type} NOT NULL", "c int IDENTITY(1, 1) PRIMARY KEY", "d {type} NULL DEFAULT {value}", "e AS ({value}) PERSISTED",
                   "f {type} CONSTRAINT df DEFAULT ({value}) UNIQUE", "g {type} COLLATE Latin1_General_CI_AS NOT NULL", "h int REFERENCES u (a)",
                   "i int CHECK ({condition})"],
    "definitions": ["{definition}", "{definition}, {definitions}", "{definition}, {constraint}"],
    "define": [
        "CREATE TABLE {name} ({definitions})", "DROP TABLE IF EXISTS {name}, u", "TRUNCATE TABLE {name}", "CREATE SCHEMA s", "DROP SCHEMA IF EXISTS s",
        "CREATE UNIQUE NONCLUSTERED INDEX i ON {name} (a DESC, b) INCLUDE (c)", "DROP INDEX i ON {name}", "ALTER TABLE {name} ADD {definition}",
        "ALTER TABLE {name} ADD {constraint}", "ALTER TABLE {name} DROP COLUMN a", "ALTER TABLE {name} DROP CONSTRAINT IF EXISTS c",
        "ALTER TABLE {name} ALTER COLUMN a {type} NOT NULL", "ALTER TABLE {name} ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON)",
        "ALTER TABLE {name} DISABLE CHANGE_TRACKING", "ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 2 DAYS, AUTO_CLEANUP = ON)",
        "ALTER DATABASE d SET CHANGE_TRACKING (AUTO_CLEANUP = OFF)", "ALTER DATABASE d SET COMPATIBILITY_LEVEL = 150",
    ],
    "statement": [
        "SELECT {value}", "{with} {select} {order} {option}", "SELECT @a = {value}, @b += {value} FROM {source}", "SELECT {items} INTO #new FROM {source}",
        "{with} INSERT INTO {name} (a, b) {output} VALUES {row}", "INSERT {name} {query}", "INSERT TOP (1) INTO {name} {query}", "INSERT {name} DEFAULT VALUES",
        "{with} UPDATE {name} SET {set} {output} {where}", "UPDATE TOP (3) t SET {set} {output} FROM {source} {where} {option}",
        "DELETE FROM {name} {output} {where}", "{with} DELETE TOP (1) t {output} FROM {source} {where}",
        "MERGE INTO {name} {hint} AS t USING {source} ON {condition} {branch} {output};", "{define}",
        "WITH CHANGE_TRACKING_CONTEXT (@a) DELETE FROM {name} {where}", "DECLARE @c {type} = {value}, @d int; SET @d = @c",
        "DECLARE @tv TABLE ({definitions})", "SET @a = {value}", "SET @a -= {value}", "IF {condition} {statement}", "IF {condition} {statement} ELSE {statement}",
        "WHILE {condition} BEGIN {statements} BREAK; END", "BEGIN {statements} END", "BEGIN TRY {statements} END TRY BEGIN CATCH {statements} END CATCH",
        "THROW 50001, {text}, 1", "RAISERROR({text}, 16, 1, @a)", "RAISERROR(N'x', 10, 1) WITH NOWAIT", "PRINT {value}", "RETURN",
        "WAITFOR DELAY '00:00:01'", "EXEC ({text})", "EXEC sp_executesql {text}, N'@x int', @x = @a", "EXEC @a = dbo.p {text}, @y = @b OUTPUT, @z = DEFAULT",
        "BEGIN TRANSACTION", "COMMIT TRAN", "ROLLBACK", "SAVE TRANSACTION s", "SET XACT_ABORT, NOCOUNT ON", "SET LOCK_TIMEOUT 100",
        "SET IDENTITY_INSERT {name} ON", "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "USE d", "SET LOCK_TIMEOUT -1", "COMMIT WORK", "BEGIN TRAN x",
    ],
    "statements": ["{statement};", "{statement}; {statements}", "{statement} {statements}"],
}  # fmt: skip
_PLACE = re.compile(r"\{(\w+)\}")
_TOKEN = re.compile(r"N?'(?:[^']|'')*'|\[[^\]]*\]|\"[^\"]*\"|@{0,2}#?\w+|\d+\.\d+|[<>!]=|<>|!<|[+*/%&-]=|\S")
_DEEPEST = 5


class Generator:
    """Makes batches, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        """Start from a seed."""
        self._random = random.Random(seed)
        words = [token for each in GRAMMAR.values() for text in each for token in _TOKEN.findall(_PLACE.sub(" ", text))]
        self._words = sorted(set(words))

    def _derived(self, name: str, depth: int) -> str:
        choices = GRAMMAR[name]
        text = choices[0] if depth > _DEEPEST else self._random.choice(choices)
        return _PLACE.sub(lambda place: self._derived(place[1], depth + 1), text)

    def batch(self) -> str:
        """Return a batch as the grammar has it."""
        return self._derived("statement" if self._random.random() < 0.8 else "statements", 0)

    def mutants(self, batch: str, count: int) -> Iterator[str]:
        """Yield batches that differ from this one in a token or two."""
        tokens = _TOKEN.findall(batch)
        for _ in range(count):
            changed = list(tokens)
            for _ in range(self._random.randint(1, 2)):
                self._change(changed)
            yield " ".join(changed)

    def _change(self, tokens: list[str]) -> None:
        place = self._random.randrange(len(tokens) or 1)
        match self._random.randrange(5):
            case 0:
                del tokens[place : place + 1]
            case 1:
                tokens[place:place] = tokens[place : place + 1]
            case 2:
                tokens[place : place + 2] = reversed(tokens[place : place + 2])
            case 3:
                tokens[place : place + 1] = [self._random.choice(self._words)]
            case _:
                tokens.insert(place, self._random.choice(self._words))
