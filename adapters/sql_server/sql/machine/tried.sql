-- Whether the last try of a task has not failed: its step is done with a value, or the execution that it has started is not over, or is well.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @step nvarchar(100) = ?, @visit int = ?, @place nvarchar(100) = ?;
SELECT
    CASE
        WHEN EXISTS (
            SELECT 1
            FROM [relay].[ExecutionStep]
            WHERE [App] = @app AND [Execution] = @execution AND [Step] = @step AND [Visit] = @visit AND [DoneAt] IS NOT NULL
                AND JSON_QUERY([Result], '$.failed') IS NULL
        ) THEN 1
        WHEN EXISTS (
            SELECT 1
            FROM [relay].[ExecutionPosition] AS place
            INNER JOIN [relay].[Execution] AS child ON child.[App] = place.[App] AND child.[Id] = place.[Execution]
            WHERE place.[App] = @app AND place.[Parent] = @execution AND place.[Place] = @place AND child.[State] NOT IN ('failed', 'stopped')
        ) THEN 1
        ELSE 0
    END AS [kept];
