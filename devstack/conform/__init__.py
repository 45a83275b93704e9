"""Puts a SQL Server and a Functions host to the questions that the stand-ins have to answer, and tells where they differ."""
