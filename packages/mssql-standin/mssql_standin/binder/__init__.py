"""The binder: gives every expression its SQLite text and its T-SQL type, and turns statements into plans."""
