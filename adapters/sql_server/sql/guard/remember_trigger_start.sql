-- Writes down what a relay's SQL trigger found when it started, and since when it ought to have started if it has not.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @host_start nvarchar(200) = ?, @table_id int = ?, @columns nvarchar(max) = ?,
    @changed_at bigint = ?, @started bit = ?;
MERGE [relay].[TriggerStart] WITH (HOLDLOCK) AS known
USING (SELECT @app AS [App], @relay AS [Relay]) AS looked
ON known.[App] = looked.[App] AND known.[Relay] = looked.[Relay]
WHEN MATCHED THEN
    UPDATE SET
        [HostStart] = @host_start,
        [TableId] = @table_id,
        [Columns] = @columns,
        [ChangedAt] = @changed_at,
        [AwaitedSince] = CASE WHEN @started = 0 THEN COALESCE(known.[AwaitedSince], SYSUTCDATETIME()) END,
        [Told] = CASE WHEN @started = 0 THEN known.[Told] ELSE N'[]' END
WHEN NOT MATCHED THEN
    INSERT ([App], [Relay], [HostStart], [TableId], [Columns], [ChangedAt], [AwaitedSince], [Told])
    VALUES (@app, @relay, @host_start, @table_id, @columns, @changed_at, CASE WHEN @started = 0 THEN SYSUTCDATETIME() END, N'[]');
