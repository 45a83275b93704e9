"""The catalog views that there are, by name."""

from mssql_standin.security import views as security
from mssql_standin.store.views import columns, information_schema, keys, nothing, objects, server
from mssql_standin.store.views.view import View

_VIEWS = [
    view for module in (objects, columns, keys, server, security, nothing, information_schema) for view in module.VIEWS
]
ALL_VIEWS = [*_VIEWS, server.views_of_views([view.name for view in _VIEWS])]
_BY_NAME: dict[str, View] = {view.name.lower(): view for view in ALL_VIEWS}
# Views of old that also go without a schema, or by that of dbo.
_COMPATIBILITY = frozenset({"sysobjects", "syscolumns", "sysdatabases"})


def view_of(name: tuple[str, ...]) -> View | None:
    """Return the view that a name means, None if it means none that there is."""
    schema, short = (name[-2].lower() if len(name) > 1 else "dbo"), name[-1].lower()
    if short in _COMPATIBILITY and schema == "dbo":
        schema = "sys"
    return _BY_NAME.get(f"{schema}.{short}")
