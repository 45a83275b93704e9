"""Which command a statement is, as the end of a statement tells clients."""

from mssql_standin.parser import syntax
from mssql_standin.results import Command

_COMMANDS: dict[type, Command] = {
    syntax.SelectStatement: Command.SELECT,
    syntax.Insert: Command.INSERT,
    syntax.Update: Command.UPDATE,
    syntax.Delete: Command.DELETE,
    syntax.Merge: Command.MERGE,
    syntax.CreateTable: Command.CREATE_TABLE,
    syntax.DropTable: Command.DROP_TABLE,
    syntax.AlterTableAdd: Command.ALTER_TABLE,
    syntax.AlterTableDrop: Command.ALTER_TABLE,
    syntax.AlterColumn: Command.ALTER_TABLE,
    syntax.TrackTable: Command.ALTER_TABLE,
    syntax.CreateIndex: Command.CREATE_INDEX,
    syntax.DropIndex: Command.DROP_INDEX,
    syntax.CreateSchema: Command.CREATE_SCHEMA,
    syntax.TransferTable: Command.ALTER_SCHEMA,
    syntax.DropSchema: Command.DROP_SCHEMA,
    syntax.Execute: Command.EXECUTE,
}  # of the statements that clients tell apart


def command(node: syntax.Statement) -> Command:
    """Return the command of a statement; those that clients do not tell apart are all the same."""
    return _COMMANDS.get(type(node), Command.OTHER)
