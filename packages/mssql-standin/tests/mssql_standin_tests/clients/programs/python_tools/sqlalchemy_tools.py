"""SQLAlchemy over two drivers, with pandas and Alembic: isolation levels, reflection, frames, migrations."""

import json
import os
import sys

import pandas
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations

query = {"driver": "ODBC Driver 18 for SQL Server", "TrustServerCertificate": "yes"} if sys.argv[1] == "pyodbc" else {}
url = sa.URL.create(
    f"mssql+{sys.argv[1]}", os.environ["SQL_USER"], os.environ["SQL_PASSWORD"], "127.0.0.1", int(os.environ["SQL_PORT"]),
    os.environ["SQL_DATABASE"], query,
)  # fmt: skip
engine = sa.create_engine(url)
found = {}

with engine.connect().execution_options(isolation_level="SERIALIZABLE") as connection:
    level = connection.get_isolation_level()
with engine.connect() as connection:
    found["isolation levels"] = [level, connection.get_isolation_level()]

metadata = sa.MetaData()
parent = sa.Table(
    "parent", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("share", sa.Float),
    sa.Column("price", sa.Numeric(9, 2), server_default="1"), sa.Column("name", sa.Unicode(30), index=True),
)  # fmt: skip
sa.Table(
    "child", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("parent_id", sa.ForeignKey("parent.id")),
    sa.Column("n", sa.Integer, sa.CheckConstraint("n > 0")),
)  # fmt: skip
metadata.create_all(engine)
with engine.begin() as connection:
    connection.execute(parent.insert(), [{"share": 1.5, "name": "a"}, {"share": 2.5, "name": "b"}])
    found["inserted keys"] = connection.execute(sa.select(parent.c.id).order_by(parent.c.id)).scalars().all()
inspector = sa.inspect(engine)
found["tables"] = sorted(inspector.get_table_names())
found["types"] = [str(column["type"]).split(" ")[0] for column in inspector.get_columns("parent")]
found["foreign key"] = [key["referred_table"] for key in inspector.get_foreign_keys("child")]
found["indexes"] = [(index["name"], index["column_names"]) for index in inspector.get_indexes("parent")]
reflected = sa.MetaData()
reflected.reflect(engine)
found["reflected"] = sorted(reflected.tables)

try:
    sa.Sequence("numbers").create(engine)
except sa.exc.DBAPIError as error:
    found["sequence"] = "CREATE SEQUENCE" in str(error) and "40000" in str(error)

frame = pandas.DataFrame({"a": [1, 2], "b": ["x", None], "at": pandas.to_datetime(["2026-01-01", "2026-01-02"])})
for exists in ("replace", "replace", "append"):
    frame.to_sql("frames", engine, index=False, if_exists=exists)
found["frame"] = list(pandas.read_sql_table("frames", engine).shape)

with engine.begin() as connection:
    operations = Operations(MigrationContext.configure(connection))
    operations.create_table(
        "moved", sa.Column("id", sa.Integer, primary_key=True), sa.Column("v", sa.Integer, server_default="1")
    )
    operations.add_column("moved", sa.Column("w", sa.String(10), server_default="q"))
    operations.alter_column("moved", "w", new_column_name="w2", existing_type=sa.String(10))
    operations.alter_column("moved", "w2", type_=sa.String(20), existing_type=sa.String(10), existing_nullable=True)
    operations.create_index("ix_moved", "moved", ["v"])
    operations.drop_index("ix_moved", "moved")
    operations.drop_column("moved", "v", mssql_drop_default=True, mssql_drop_check=True, mssql_drop_foreign_key=True)
    found["migrated"] = [column["name"] for column in sa.inspect(connection).get_columns("moved")]
with engine.begin() as connection:
    everything = sa.MetaData()
    everything.reflect(connection)
    found["differences"] = compare_metadata(MigrationContext.configure(connection), everything)
    everything.drop_all(connection)
print(json.dumps(found))
