-- After the primary key of a relayed table has changed: removes what was kept under the old key. Stop the app first; once it has
-- started again the trigger makes its leases anew, and the guard finds a gap and begins a backfill (backfill_after_gap = false: begin one).
-- Dead letters of the relay are removed too: the rows that they name are sent by the backfill under their new keys.
-- Fill in these three; the app's name is WEBSITE_SITE_NAME, upper and lower case count.
DECLARE @app nvarchar(60) = N'shop';
DECLARE @relay nvarchar(40) = N'orders';
DECLARE @table nvarchar(300) = N'dbo.Orders';

SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @leases nvarchar(300), @lock int, @live int = 0, @statement nvarchar(1000);
SET @leases = CONCAT(N'[az_func].', QUOTENAME(CONCAT(N'Leases_', @app, N'_', @relay)));

BEGIN TRANSACTION;
EXEC @lock = sys.sp_getapplock @Resource = N'_az_func_Trigger', @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = 30000;
IF @lock < 0
    THROW 51010, N'the lock of the SQL trigger was not granted; run this again', 1;
IF CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID(@table)) IS NULL
    THROW 51014, N'there is no such table, or its change tracking is off: run ./dev sql enable first', 1;
IF OBJECT_ID(@leases) IS NULL
    THROW 51016, N'there are no leases of this app and relay; check their spelling, and whether this has been run already', 1;
SET @statement = CONCAT(N'SELECT @live = COUNT(*) FROM ', @leases, N' WHERE [_az_func_LeaseExpirationTime] > SYSDATETIME()');
EXEC sp_executesql @statement, N'@live int OUTPUT', @live = @live OUTPUT;
IF @live > 0
    THROW 51013, N'changes are leased: stop the app, wait a minute, run this again', 1;

SET @statement = CONCAT(N'DROP TABLE ', @leases);
EXEC sp_executesql @statement;
DELETE FROM [relay].[Ledger] WHERE [App] = @app AND [Relay] = @relay;
DELETE FROM [relay].[Recovery] WHERE [App] = @app AND [Relay] = @relay;
DELETE FROM [relay].[Backfill] WHERE [App] = @app AND [Relay] = @relay;
-- Whatever the guard knew was of the old key: what comes now is a gap.
UPDATE [relay].[Position] SET [BeginVersion] = -1 WHERE [App] = @app AND [Relay] = @relay;
COMMIT TRANSACTION;
