"""How the outside is reached: SQL Server over pyodbc, HTTP over requests, settings. Nobody else touches it."""
