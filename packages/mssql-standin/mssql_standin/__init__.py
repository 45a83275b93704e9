"""A stand-in for SQL Server: TDS on loopback, a closed T-SQL subset, SQLite below."""
