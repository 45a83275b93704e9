-- Executions that were taken to be started some while ago and were not begun; the next look at each is due in a while.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @limit int = ?, @again_in_seconds int = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();
WITH [late] AS (
    SELECT TOP (@limit) [Id], [Workflow], [Relay], [Epoch], [Steps], [DueAt], [LookAt]
    FROM [relay].[Execution] WITH (UPDLOCK, READPAST, ROWLOCK)
    WHERE [App] = @app AND [State] = 'ready' AND [DueAt] < DATEADD(second, -@again_in_seconds, @now)
        AND [LookAt] <= DATEADD(second, @again_in_seconds, @now)
    ORDER BY [LookAt]
)
UPDATE [late]
SET [LookAt] = DATEADD(second, 2 * @again_in_seconds, @now)
OUTPUT inserted.[Id] AS [id], inserted.[Workflow] AS [workflow], inserted.[Relay] AS [relay], inserted.[Epoch] AS [epoch],
    inserted.[Steps] AS [steps], DATEDIFF(second, inserted.[DueAt], @now) AS [late_seconds];
