-- The role that the app's login needs, and nothing besides; safe to repeat. For who may make roles and schemas: db_owner, or the
-- administrator of the server. The relay's own tables come from ./dev sql enable or tables.sql, by whoever may make them.
IF DATABASE_PRINCIPAL_ID(N'relay_app') IS NULL
    CREATE ROLE [relay_app];
IF SCHEMA_ID(N'relay') IS NULL
    EXEC (N'CREATE SCHEMA [relay]');
IF SCHEMA_ID(N'az_func') IS NULL
    EXEC (N'CREATE SCHEMA [az_func]');

-- The relayed tables: read, never written.
GRANT SELECT, VIEW CHANGE TRACKING ON [dbo].[Orders] TO [relay_app];
GRANT SELECT, VIEW CHANGE TRACKING ON [dbo].[Customers] TO [relay_app];

-- What the app remembers: failures, recoveries, backfills, positions, notices, locks, executions, mailings, aggregates.
GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA :: [relay] TO [relay_app];

-- What the SQL trigger remembers: its position, and the leases of the changes that it works on.
GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA :: [az_func] TO [relay_app];

-- At the first start of each relay the trigger makes a table for its leases. Afterwards these two may be taken back, until a relay is added.
GRANT CREATE TABLE TO [relay_app];
GRANT ALTER ON SCHEMA :: [az_func] TO [relay_app];

-- Who runs the app becomes a member. A managed identity, in Azure SQL, by the name of the function app or of the identity:
--     CREATE USER [my-relay] FROM EXTERNAL PROVIDER; ALTER ROLE [relay_app] ADD MEMBER [my-relay];
-- A login with a password:
--     CREATE LOGIN [relay] WITH PASSWORD = '...'; CREATE USER [relay] FOR LOGIN [relay]; ALTER ROLE [relay_app] ADD MEMBER [relay];
