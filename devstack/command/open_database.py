"""Run as `python -m devstack.command.open_database`: exit status 0 if the database of SqlConnectionString takes a login.

A database that is not there is made, on a server that has just begun.
"""

import os
import sys
from contextlib import closing

import pyodbc

from devstack.command.settings import SQL_SETTING, sql_address
from functions_standin.sql_trigger.connection import connect, find_driver
from functions_standin.sql_trigger.connection_string import to_odbc
from functions_standin.sql_trigger.failures import describe

_CANNOT_OPEN = "4060"


def open_database(ado_net: str) -> None:
    """Log in to a database, after making it if the server says that it cannot be opened; raise pyodbc.Error if it cannot."""
    to = to_odbc(ado_net, find_driver())
    try:
        connect(to).close()
    except pyodbc.Error as error:
        if _CANNOT_OPEN not in describe(error, to):
            raise
        _create(ado_net)
        connect(to).close()


def _create(ado_net: str) -> None:
    name = sql_address({SQL_SETTING: ado_net}).database
    elsewhere = ado_net.replace(f"Database={name};", "")  # the login's own database, which is master
    with closing(connect(to_odbc(elsewhere, find_driver()))) as connection:
        connection.execute(f"IF DB_ID(N'{name}') IS NULL CREATE DATABASE [{name}]")


if __name__ == "__main__":
    try:
        open_database(os.environ[SQL_SETTING])
    except pyodbc.Error:
        sys.exit(1)
