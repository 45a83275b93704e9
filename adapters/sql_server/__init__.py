"""SQL Server over pyodbc: a connection that heals itself, and T-SQL in named files."""
