-- Where a relay stands between what change tracking has and what it will forget; remembers when everything was last taken up.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @function_id char(16) = ?, @halted bit = ?;
DECLARE @table int = OBJECT_ID({{table_literal}}), @now datetime2(3) = SYSUTCDATETIME();
DECLARE @oldest bigint = CHANGE_TRACKING_MIN_VALID_VERSION(@table), @current bigint = CHANGE_TRACKING_CURRENT_VERSION();
-- Change tracking of a table begins anew when it is truncated, made anew, or tracking is switched off and on: no deletes are told.
DECLARE @begun bigint = (SELECT [begin_version] FROM sys.change_tracking_tables WHERE [object_id] = @table);
DECLARE @position bigint, @base bigint, @untaken int = 0, @unreleased int, @work nvarchar(200), @gap bit = 0, @ahead bit = 0;
SELECT @position = [LastSyncVersion]
FROM [az_func].[GlobalState]
WHERE [UserFunctionID] = @function_id AND [UserTableID] = @table;
-- A position from another database, or from a later time of this one: the trigger sees nothing until the versions have reached it.
SET @ahead = CASE WHEN @position > @current THEN 1 ELSE 0 END;
SET @base = CASE WHEN @position BETWEEN @oldest AND @current THEN @position ELSE @oldest END;

SELECT @untaken = COUNT(*)
FROM (
    SELECT TOP (10001) change.[SYS_CHANGE_VERSION]
    FROM CHANGETABLE(CHANGES {{table}}, @base) AS change
    LEFT JOIN {{leases}} AS lease ON {{lease_of_change}}
    WHERE lease.[_az_func_AttemptCount] IS NULL
        OR (lease.[_az_func_AttemptCount] < 5 AND lease.[_az_func_ChangeVersion] < change.[SYS_CHANGE_VERSION])
) AS untaken;
SELECT
    @unreleased = COUNT(CASE WHEN lease.[_az_func_LeaseExpirationTime] IS NOT NULL AND lease.[_az_func_AttemptCount] < 5 THEN 1 END),
    @work = CONCAT(
        @position, N' ', COUNT(*), N' ', SUM(lease.[_az_func_AttemptCount]), N' ',
        CONVERT(nvarchar(40), MAX(lease.[_az_func_LeaseExpirationTime]), 126), N' ', MAX(lease.[_az_func_ChangeVersion])
    )
FROM {{leases}} AS lease;

IF @position IS NOT NULL AND NOT EXISTS (SELECT 1 FROM [relay].[Position] WITH (UPDLOCK, HOLDLOCK) WHERE [App] = @app AND [Relay] = @relay)
    INSERT INTO [relay].[Position] ([App], [Relay], [TableId], [BeginVersion], [CaughtUpTo], [CaughtUpAt], [Work], [WorkSince], [Told])
    VALUES (@app, @relay, @table, @begun, @position, @now, @work, @now, N'[]');
SELECT @gap = 1
FROM [relay].[Position]
WHERE [App] = @app AND [Relay] = @relay AND ([CaughtUpTo] < @oldest OR [TableId] <> @table OR [BeginVersion] <> @begun);
UPDATE [relay].[Position]
SET
    [CaughtUpTo] = CASE WHEN @halted = 0 AND @gap = 0 AND @ahead = 0 AND @untaken = 0 AND @unreleased = 0 THEN @current ELSE [CaughtUpTo] END,
    [CaughtUpAt] = CASE WHEN @halted = 0 AND @gap = 0 AND @ahead = 0 AND @untaken = 0 AND @unreleased = 0 THEN @now ELSE [CaughtUpAt] END,
    [BeginVersion] = COALESCE([BeginVersion], @begun),
    [WorkSince] = CASE WHEN @untaken = 0 OR [Work] <> @work THEN @now ELSE [WorkSince] END,
    [Work] = @work
WHERE [App] = @app AND [Relay] = @relay;

SELECT
    @position AS [position],
    @oldest AS [oldest],
    @current AS [current],
    @untaken AS [untaken],
    @gap AS [gap],
    @ahead AS [ahead],
    CONVERT(varchar(40), place.[CaughtUpAt], 126) AS [caught_up_at],
    DATEDIFF_BIG(millisecond, place.[CaughtUpAt], @now) AS [behind_ms],
    DATEDIFF_BIG(millisecond, place.[WorkSince], @now) AS [silent_ms],
    place.[Told] AS [told],
    CASE
        WHEN tracking.[is_auto_cleanup_on] = 0 THEN NULL
        WHEN tracking.[retention_period_units] = 1 THEN tracking.[retention_period] / 60.0
        WHEN tracking.[retention_period_units] = 2 THEN tracking.[retention_period] * 1.0
        ELSE tracking.[retention_period] * 24.0
    END AS [retention_hours]
FROM (SELECT DB_ID() AS [database_id]) AS this
LEFT JOIN sys.change_tracking_databases AS tracking ON tracking.[database_id] = this.[database_id]
LEFT JOIN [relay].[Position] AS place ON place.[App] = @app AND place.[Relay] = @relay;
