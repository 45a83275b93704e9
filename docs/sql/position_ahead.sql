-- Brings back a position that is ahead of the database's change tracking: the trigger then delivers everything that change tracking
-- still has. Stop the app first; afterwards raise the relay's epoch, start the app, begin a backfill.
-- Fill in these three; the app's name is WEBSITE_SITE_NAME, upper and lower case count.
DECLARE @app nvarchar(60) = N'shop';
DECLARE @relay nvarchar(40) = N'orders';
DECLARE @table nvarchar(300) = N'dbo.Orders';

SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @id char(16), @lock int, @statement nvarchar(1000), @current bigint, @oldest bigint;
SET @id = LOWER(LEFT(REPLACE(CONVERT(char(36), CONVERT(uniqueidentifier, CONVERT(binary(16), SUBSTRING(
    HASHBYTES('SHA2_256', CONVERT(varchar(200), CONCAT(@app, N'relay_', @relay))), 1, 16)))), '-', ''), 16));

BEGIN TRANSACTION;
EXEC @lock = sys.sp_getapplock @Resource = N'_az_func_Trigger', @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = 30000;
IF @lock < 0
    THROW 51010, N'the lock of the SQL trigger was not granted; run this again', 1;
SET @current = CHANGE_TRACKING_CURRENT_VERSION();
SET @oldest = CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID(@table));
IF @oldest IS NULL
    THROW 51014, N'there is no such table, or its change tracking is off', 1;
UPDATE [az_func].[GlobalState]
SET [LastSyncVersion] = @oldest
WHERE [UserFunctionID] = @id AND [UserTableID] = OBJECT_ID(@table) AND [LastSyncVersion] > @current;
IF @@ROWCOUNT = 0
    THROW 51015, N'there is no position of this app and relay for this table that is ahead; nothing was done', 1;

-- A lease of a version that does not exist yet hides its key's changes; what is not settled is settled in the row's present state.
SET @statement = CONCAT(N'DELETE FROM [az_func].', QUOTENAME(CONCAT(N'Leases_', @app, N'_', @relay)));
EXEC sp_executesql @statement;
UPDATE [relay].[Ledger] SET [Version] = @current WHERE [App] = @app AND [Relay] = @relay AND [Version] > @current;
UPDATE [relay].[Backfill] SET [BaseVersion] = @current WHERE [App] = @app AND [Relay] = @relay AND [BaseVersion] > @current;
UPDATE [relay].[Position] SET [CaughtUpTo] = @oldest WHERE [App] = @app AND [Relay] = @relay AND [CaughtUpTo] > @current;
COMMIT TRANSACTION;
