"""The version of SQL Server that the stand-in says it is."""

SERVER_VERSION = "15.0.2000.5"
VERSION_TEXT = f"Microsoft SQL Server 2019 (stand-in for local development) - {SERVER_VERSION}"
