"""The version of SQL Server that the stand-in says it is."""

SERVER_VERSION = "15.0.2000.5"
MAJOR, MINOR, BUILD = (int(part) for part in SERVER_VERSION.split(".")[:3])  # as the protocol's greetings say it
VERSION_TEXT = f"Microsoft SQL Server 2019 (stand-in for local development) - {SERVER_VERSION}"
