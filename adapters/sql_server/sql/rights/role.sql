-- The role that the app's login needs, and nothing besides; safe to repeat. For who may make roles and schemas: db_owner, or the
-- administrator of the server. The relay's own tables come from ./dev sql enable or tables.sql, by whoever may make them.
IF DATABASE_PRINCIPAL_ID(N'relay_app') IS NULL
    CREATE ROLE [relay_app];
IF SCHEMA_ID(N'relay') IS NULL
    EXEC (N'CREATE SCHEMA [relay]');
IF SCHEMA_ID(N'az_func') IS NULL
    EXEC (N'CREATE SCHEMA [az_func]');

-- The relayed tables: read, never written.
{{grants_on_tables}}
-- What the app remembers: failures, recoveries, backfills, positions, notices, locks, executions, mailings, aggregates.
GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA :: [relay] TO [relay_app];

-- What the SQL trigger remembers: its position, and the leases of the changes that it works on.
GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA :: [az_func] TO [relay_app];

-- At the first start of each relay the trigger makes a table for its leases. Afterwards these two may be taken back, until a relay is added.
GRANT CREATE TABLE TO [relay_app];
GRANT ALTER ON SCHEMA :: [az_func] TO [relay_app];
