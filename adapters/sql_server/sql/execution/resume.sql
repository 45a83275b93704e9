-- A person lets an execution go on that rests, or that has failed: steps that had failed for good are tried anew. Not while another one
-- runs for its subject; and of a definition only what rests, for what has failed there has to be put back to where it did (machine/redrive).
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @subject nvarchar(100), @resumed int;
SELECT @subject = [Subject] FROM [relay].[Execution] WITH (UPDLOCK) WHERE [App] = @app AND [Id] = @execution;
UPDATE [relay].[Execution]
SET
    [Epoch] = 1 + (SELECT MAX([Epoch]) FROM [relay].[Execution] WHERE [App] = @app AND [Subject] = @subject),
    [State] = 'ready',
    [Error] = N'',
    [EndedAt] = NULL,
    [DueAt] = @now,
    [LookAt] = @now
WHERE [App] = @app AND [Id] = @execution AND (
    [State] = 'stuck'
    OR [State] = 'failed' AND NOT EXISTS (SELECT 1 FROM [relay].[ExecutionPosition] WHERE [App] = @app AND [Execution] = @execution)
) AND NOT EXISTS (
    SELECT 1
    FROM [relay].[Execution] AS [other]
    WHERE [other].[App] = @app AND [other].[Subject] = @subject AND [other].[Id] <> @execution AND [other].[EndedAt] IS NULL
        AND [other].[State] <> 'waiting'
);
SET @resumed = @@ROWCOUNT;
IF @resumed = 1
BEGIN
    DELETE FROM [relay].[ExecutionStep]
    WHERE [App] = @app AND [Execution] = @execution AND CASE WHEN ISJSON([Result]) = 1 THEN JSON_VALUE([Result], '$.failed') END IS NOT NULL;
    DELETE FROM [relay].[Restart] WHERE [App] = @app AND [Instance] = @execution;
END;
SELECT [Id] AS [id], [State] AS [state], [Workflow] AS [workflow], [Epoch] AS [epoch], @resumed AS [resumed]
FROM [relay].[Execution]
WHERE [App] = @app AND [Id] = @execution;
