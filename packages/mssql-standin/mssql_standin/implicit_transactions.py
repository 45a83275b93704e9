"""SET IMPLICIT_TRANSACTIONS ON: which statements begin a transaction if none is open. docs: "SET IMPLICIT_TRANSACTIONS"."""

from mssql_standin.parser import syntax

_BEGINS = (
    syntax.Insert | syntax.Update | syntax.Delete | syntax.Merge | syntax.TruncateTable | syntax.CreateTable | syntax.CreateIndex
    | syntax.CreateSchema | syntax.DropTable | syntax.DropIndex | syntax.DropSchema | syntax.AlterTableAdd | syntax.AlterTableDrop
    | syntax.AlterColumn | syntax.TrackTable
)  # fmt: skip


def begins_implicitly(node: syntax.Statement) -> bool:
    """Tell whether a statement begins a transaction: definitions, changes, and a SELECT that reads from a table."""
    match node:
        case syntax.SelectStatement(syntax.Query(syntax.Select(source=None, into=None), (), _, _, ())):
            return False
        case syntax.SelectStatement():
            return True
    return isinstance(node, _BEGINS)
