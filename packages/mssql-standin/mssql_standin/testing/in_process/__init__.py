"""A client in the server's own process, without sockets and threads, of the shape of pyodbc: driver.py is the way in."""

from mssql_standin.testing.in_process.connection import Connection
from mssql_standin.testing.in_process.cursor import Cursor, Row
from mssql_standin.testing.in_process.driver import Driver

__all__ = ["Connection", "Cursor", "Driver", "Row"]
