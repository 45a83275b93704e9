-- Orders a replay of dead letters, unless one is under way; says whether it was ordered, and its number.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @selection nvarchar(400) = ?, @cursor bigint = ?, @total int = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @begun int = 0;
MERGE [relay].[Replay] WITH (HOLDLOCK) AS known
USING (SELECT @app AS [App], @relay AS [Relay]) AS asked
ON known.[App] = asked.[App] AND known.[Relay] = asked.[Relay]
WHEN MATCHED AND known.[State] NOT IN ('running', 'paused') THEN
    UPDATE SET
        [Number] = known.[Number] + 1, [State] = 'running', [Selection] = @selection, [Cursor] = @cursor, [Total] = @total, [Done] = 0,
        [Delivered] = 0, [Rejected] = 0, [Failed] = 0, [Step] = 0, [AskedForSeconds] = NULL, [Error] = N'', [StartedAt] = @now, [DueAt] = @now
WHEN NOT MATCHED THEN
    INSERT (
        [App], [Relay], [Number], [State], [Selection], [Cursor], [Total], [Done], [Delivered], [Rejected], [Failed], [Step], [Error],
        [StartedAt], [DueAt]
    )
    VALUES (@app, @relay, 1, 'running', @selection, @cursor, @total, 0, 0, 0, 0, 0, N'', @now, @now);
SET @begun = @@ROWCOUNT;
SELECT @begun AS [begun], [Number] AS [number]
FROM [relay].[Replay]
WHERE [App] = @app AND [Relay] = @relay;
