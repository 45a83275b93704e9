"""The least that the app's login needs, as a script for whoever may grant it."""

from collections.abc import Iterable

from adapters.sql_server.statements import render
from relay.identifiers import TableName

_MEMBER = """
-- Who runs the app becomes a member. A managed identity, in Azure SQL, by the name of the function app or of the identity:
--     CREATE USER [my-relay] FROM EXTERNAL PROVIDER; ALTER ROLE [relay_app] ADD MEMBER [my-relay];
-- A login with a password:
--     CREATE LOGIN [relay] WITH PASSWORD = '...'; CREATE USER [relay] FOR LOGIN [relay]; ALTER ROLE [relay_app] ADD MEMBER [relay];
"""


def rights(tables: Iterable[TableName]) -> str:
    """Return T-SQL that makes the role `relay_app` with what app and SQL trigger need for these tables."""
    granted = "".join(
        f"GRANT SELECT, VIEW CHANGE TRACKING ON {table} TO [relay_app];\n" for table in dict.fromkeys(tables)
    )
    return render("rights/role", {"grants_on_tables": granted}) + _MEMBER
