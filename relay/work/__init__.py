"""Work that stands in SQL Server and is done by a durable instance, which can be lost at any moment."""
