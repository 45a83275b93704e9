-- Lets an execution go on that has failed or was stopped, from where it failed (`position`); a branch or an item waits for its place, and
-- is not counted as ended any more. Not while another one runs for its subject; its epoch is above all of the subject's.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @is_child int = ?, @position nvarchar(max) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @redriven int, @parent nvarchar(100), @place nvarchar(100), @live int, @ended int, @failed int,
    @subject nvarchar(100);
SELECT @subject = [Subject] FROM [relay].[Execution] WITH (UPDLOCK) WHERE [App] = @app AND [Id] = @execution;
UPDATE [relay].[Execution]
SET
    [Epoch] = 1 + (SELECT MAX([Epoch]) FROM [relay].[Execution] WHERE [App] = @app AND [Subject] = @subject),
    [State] = CASE WHEN @is_child = 1 THEN 'waiting' ELSE 'ready' END,
    [Error] = N'',
    [Result] = NULL,
    [EndedAt] = NULL,
    [DueAt] = @now,
    [LookAt] = CASE WHEN @is_child = 0 THEN @now END
WHERE [App] = @app AND [Id] = @execution AND [State] IN ('failed', 'stopped') AND NOT EXISTS (
    SELECT 1
    FROM [relay].[Execution] AS [other]
    WHERE [other].[App] = @app AND [other].[Subject] = @subject AND [other].[Id] <> @execution AND [other].[EndedAt] IS NULL
        AND [other].[State] <> 'waiting'
);
SET @redriven = @@ROWCOUNT;
IF @redriven = 1
BEGIN
    UPDATE [relay].[ExecutionPosition] SET [Position] = @position WHERE [App] = @app AND [Execution] = @execution;
    SELECT @parent = [Parent], @place = [Place] FROM [relay].[ExecutionPosition] WHERE [App] = @app AND [Execution] = @execution;
    SELECT
        @live = COALESCE(SUM(CASE WHEN child.[State] IN ('ready', 'running', 'stuck') THEN 1 ELSE 0 END), 0),
        @ended = COALESCE(SUM(CASE WHEN child.[EndedAt] IS NOT NULL THEN 1 ELSE 0 END), 0),
        @failed = COALESCE(SUM(CASE WHEN child.[EndedAt] IS NOT NULL AND child.[State] <> 'completed' THEN 1 ELSE 0 END), 0)
    FROM [relay].[ExecutionPosition] AS place
    INNER JOIN [relay].[Execution] AS child ON child.[App] = place.[App] AND child.[Id] = place.[Execution]
    WHERE place.[App] = @app AND place.[Parent] = @parent AND place.[Place] = @place;
    UPDATE [relay].[ExecutionFork]
    SET [Next] = 0, [Live] = @live, [Ended] = @ended, [Failed] = @failed
    WHERE [App] = @app AND [Execution] = @parent AND [Place] = @place;
    DELETE FROM [relay].[ExecutionStep]
    WHERE [App] = @app AND [Execution] = @execution AND JSON_QUERY([Result], '$.failed') IS NOT NULL;
    DELETE FROM [relay].[Restart] WHERE [App] = @app AND [Instance] = @execution;
END;
SELECT [State] AS [state], [Workflow] AS [workflow], [Epoch] AS [epoch], @redriven AS [redriven]
FROM [relay].[Execution]
WHERE [App] = @app AND [Id] = @execution;
