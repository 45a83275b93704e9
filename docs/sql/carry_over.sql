-- Carries a relay's place over when the app, the relay, or both get another name: the trigger's position and leases, and the relay's
-- ledger, recovery, backfill, replay, guard, and notices that wait. Stop the app under both names first. Whatever the new name has begun meanwhile gives way.
-- Fill in these five; the app's name is WEBSITE_SITE_NAME, upper and lower case count.
DECLARE @old_app nvarchar(60) = N'shop';
DECLARE @old_relay nvarchar(40) = N'orders';
DECLARE @new_app nvarchar(60) = N'shop-west';
DECLARE @new_relay nvarchar(40) = N'orders';
DECLARE @table nvarchar(300) = N'dbo.Orders';

SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @old_id char(16), @new_id char(16), @old_leases sysname, @new_leases sysname, @live int = 0, @lock int, @statement nvarchar(1000);
SET @old_leases = CONCAT(N'Leases_', @old_app, N'_', @old_relay);
SET @new_leases = CONCAT(N'Leases_', @new_app, N'_', @new_relay);
-- The trigger keeps its position under the first half of a hash of the app's and the function's name, written as a GUID is.
SET @old_id = LOWER(LEFT(REPLACE(CONVERT(char(36), CONVERT(uniqueidentifier, CONVERT(binary(16), SUBSTRING(
    HASHBYTES('SHA2_256', CONVERT(varchar(200), CONCAT(@old_app, N'relay_', @old_relay))), 1, 16)))), '-', ''), 16));
SET @new_id = LOWER(LEFT(REPLACE(CONVERT(char(36), CONVERT(uniqueidentifier, CONVERT(binary(16), SUBSTRING(
    HASHBYTES('SHA2_256', CONVERT(varchar(200), CONCAT(@new_app, N'relay_', @new_relay))), 1, 16)))), '-', ''), 16));

BEGIN TRANSACTION;
EXEC @lock = sys.sp_getapplock @Resource = N'_az_func_Trigger', @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = 30000;
IF @lock < 0
    THROW 51010, N'the lock of the SQL trigger was not granted; run this again', 1;
IF @old_id = @new_id
    THROW 51011, N'the old and the new names are the same; nothing was done', 1;
IF NOT EXISTS (SELECT 1 FROM [az_func].[GlobalState] WHERE [UserFunctionID] = @old_id AND [UserTableID] = OBJECT_ID(@table))
    THROW 51012, N'there is no position under the old names for this table; check their spelling, and whether it was carried over already', 1;

-- Leases that are alive mean that the app still runs, or ran less than a minute ago.
SET @statement = CONCAT(
    N'SELECT @live = COUNT(*) FROM [az_func].', QUOTENAME(@old_leases), N' WHERE [_az_func_LeaseExpirationTime] > SYSDATETIME()');
EXEC sp_executesql @statement, N'@live int OUTPUT', @live = @live OUTPUT;
IF @live > 0
    THROW 51013, N'changes are leased under the old names: stop the app, wait a minute, run this again', 1;

SET @statement = CONCAT(N'DROP TABLE IF EXISTS [az_func].', QUOTENAME(@new_leases));
EXEC sp_executesql @statement;
SET @statement = CONCAT(N'[az_func].', QUOTENAME(@old_leases));
EXEC sp_rename @statement, @new_leases;
DELETE FROM [az_func].[GlobalState] WHERE [UserFunctionID] = @new_id AND [UserTableID] = OBJECT_ID(@table);
UPDATE [az_func].[GlobalState]
SET [UserFunctionID] = @new_id
WHERE [UserFunctionID] = @old_id AND [UserTableID] = OBJECT_ID(@table);

-- The version of the tables belongs to the app as well; release 0.1.0 has none.
IF OBJECT_ID(N'[relay].[Schema]', N'U') IS NOT NULL
    INSERT INTO [relay].[Schema] ([App], [Version], [MigratedAt])
    SELECT @new_app, [Version], [MigratedAt]
    FROM [relay].[Schema]
    WHERE [App] = @old_app AND NOT EXISTS (SELECT 1 FROM [relay].[Schema] WHERE [App] = @new_app);

-- Of two entries of one key the newer one stays.
DELETE entry
FROM [relay].[Ledger] AS entry
INNER JOIN [relay].[Ledger] AS other ON other.[KeyText] = entry.[KeyText]
WHERE (
        entry.[App] = @new_app AND entry.[Relay] = @new_relay AND other.[App] = @old_app AND other.[Relay] = @old_relay
        AND entry.[Version] <= other.[Version]
    )
    OR (
        entry.[App] = @old_app AND entry.[Relay] = @old_relay AND other.[App] = @new_app AND other.[Relay] = @new_relay
        AND entry.[Version] < other.[Version]
    );
UPDATE [relay].[Ledger] SET [App] = @new_app, [Relay] = @new_relay WHERE [App] = @old_app AND [Relay] = @old_relay;
DELETE FROM [relay].[Recovery] WHERE [App] = @new_app AND [Relay] = @new_relay;
UPDATE [relay].[Recovery] SET [App] = @new_app, [Relay] = @new_relay WHERE [App] = @old_app AND [Relay] = @old_relay;
DELETE FROM [relay].[Backfill] WHERE [App] = @new_app AND [Relay] = @new_relay;
UPDATE [relay].[Backfill] SET [App] = @new_app, [Relay] = @new_relay WHERE [App] = @old_app AND [Relay] = @old_relay;
DELETE FROM [relay].[Position] WHERE [App] = @new_app AND [Relay] = @new_relay;
UPDATE [relay].[Position] SET [App] = @new_app, [Relay] = @new_relay WHERE [App] = @old_app AND [Relay] = @old_relay;
IF OBJECT_ID(N'[relay].[Replay]', N'U') IS NOT NULL -- since release 0.3
BEGIN
    DELETE FROM [relay].[Replay] WHERE [App] = @new_app AND [Relay] = @new_relay;
    UPDATE [relay].[Replay] SET [App] = @new_app, [Relay] = @new_relay WHERE [App] = @old_app AND [Relay] = @old_relay;
END;
DECLARE @notices nvarchar(120) = CONCAT(N'notification-', @old_app, N'-', @old_relay, N'-');
IF OBJECT_ID(N'[relay].[Notice]', N'U') IS NOT NULL AND @old_app <> @new_app
    UPDATE [relay].[Notice]
    SET [App] = @new_app
    WHERE [App] = @old_app AND [State] = 'waiting' AND LEFT([Notice], LEN(@notices)) = @notices;
COMMIT TRANSACTION;
