-- Begins a backfill unless one is under way; says whether it did, and its number. Every row that it sends carries at least the
-- version of this moment, so that it outlives what the endpoint had before, and every later change outlives it.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @reason nvarchar(100) = ?, @condition nvarchar(max) = ?, @page_rows int = ?,
    @rows_per_second float = ?;
DECLARE @version bigint = CHANGE_TRACKING_CURRENT_VERSION(), @table int = OBJECT_ID({{table_literal}}), @total bigint,
    @now datetime2(3) = SYSUTCDATETIME(), @begun int = 0;
-- About so many: to count the rows would read the whole table.
SELECT @total = COALESCE(SUM([rows]), 0) FROM sys.partitions WHERE [object_id] = @table AND [index_id] IN (0, 1);
MERGE [relay].[Backfill] WITH (HOLDLOCK) AS backfill
USING (SELECT @app AS [App], @relay AS [Relay]) AS asked
ON backfill.[App] = asked.[App] AND backfill.[Relay] = asked.[Relay]
WHEN MATCHED AND backfill.[State] NOT IN ('running', 'paused') THEN
    UPDATE SET
        [Number] = backfill.[Number] + 1, [State] = 'running', [Reason] = @reason, [Condition] = @condition, [PageRows] = @page_rows,
        [RowsPerSecond] = @rows_per_second, [BaseVersion] = @version, [Cursor] = N'', [Total] = @total, [Done] = 0, [Delivered] = 0,
        [Filtered] = 0, [Rejected] = 0, [Failed] = 0, [StartedAt] = @now, [UpdatedAt] = @now, [DueAt] = @now
WHEN NOT MATCHED THEN
    INSERT (
        [App], [Relay], [Number], [State], [Reason], [Condition], [PageRows], [RowsPerSecond], [BaseVersion], [Cursor], [Total],
        [Done], [Delivered], [Filtered], [Rejected], [Failed], [StartedAt], [UpdatedAt], [DueAt]
    )
    VALUES (@app, @relay, 1, 'running', @reason, @condition, @page_rows, @rows_per_second, @version, N'', @total, 0, 0, 0, 0, 0, @now, @now, @now);
SET @begun = @@ROWCOUNT;
-- A gap is closed by it: from here on the backfill answers for everything up to this version.
DECLARE @began bigint = (SELECT [begin_version] FROM sys.change_tracking_tables WHERE [object_id] = @table);
UPDATE [relay].[Position]
SET [CaughtUpTo] = @version, [CaughtUpAt] = @now, [TableId] = @table, [BeginVersion] = COALESCE(@began, [BeginVersion])
WHERE [App] = @app AND [Relay] = @relay AND @begun = 1 AND @condition = N'[]'
    AND ([CaughtUpTo] < CHANGE_TRACKING_MIN_VALID_VERSION(@table) OR [TableId] <> @table OR [BeginVersion] <> @began);
SELECT @begun AS [begun], [Number] AS [number]
FROM [relay].[Backfill]
WHERE [App] = @app AND [Relay] = @relay;
