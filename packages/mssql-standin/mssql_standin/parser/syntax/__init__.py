"""The syntax tree of a batch, all its nodes under one name. Names are kept as written; nothing here is bound to a table yet."""

from mssql_standin.parser.syntax.changes import *  # noqa: F403 - each node is told in the file of its subject
from mssql_standin.parser.syntax.definitions import *  # noqa: F403
from mssql_standin.parser.syntax.expressions import *  # noqa: F403
from mssql_standin.parser.syntax.queries import *  # noqa: F403
from mssql_standin.parser.syntax.security import *  # noqa: F403
from mssql_standin.parser.syntax.statements import *  # noqa: F403
