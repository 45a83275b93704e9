-- Removes what the relay and its SQL triggers have made in a database: the schemas relay and az_func with every table in them, and the
-- role relay_app, once its members are out. Stop the app first; what waits undelivered in the ledger is gone. For a database from which
-- no other app relays, and where no other app has SQL triggers: their place is in az_func too. Safe to repeat.
DECLARE @statements nvarchar(max) = N'';
SELECT @statements = @statements + N'DROP TABLE ' + QUOTENAME(SCHEMA_NAME(made.schema_id)) + N'.' + QUOTENAME(made.name) + N';'
FROM sys.tables AS made
WHERE SCHEMA_NAME(made.schema_id) IN (N'relay', N'az_func');
SELECT @statements = @statements + N'ALTER ROLE [relay_app] DROP MEMBER ' + QUOTENAME(USER_NAME(member.member_principal_id)) + N';'
FROM sys.database_role_members AS member
WHERE member.role_principal_id = DATABASE_PRINCIPAL_ID(N'relay_app');
EXEC (@statements);
DROP SCHEMA IF EXISTS [relay];
DROP SCHEMA IF EXISTS [az_func];
DROP ROLE IF EXISTS [relay_app];
