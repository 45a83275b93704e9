"""For tests that need a SQL Server: the stand-in as a process, and Microsoft's own parser."""
