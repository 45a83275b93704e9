-- Lets an execution go on that has failed or was stopped, from where it was put back to, and with it those below it (`rows`, with `epoch`s as
-- they were read): they wait for their places, and are not counted as ended any more. Not while another one runs for its subject; its epoch is
-- above all of the subject's. What had failed for good is done anew. Nothing happens if more have ended at those places meanwhile (`again`).
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @epoch int = ?, @rows nvarchar(max) = ?, @asked nvarchar(max) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @redriven int = 0, @subject nvarchar(100), @again int = 0;
DECLARE @told TABLE ([Id] nvarchar(100) NOT NULL PRIMARY KEY, [Epoch] int NOT NULL);
DECLARE @places TABLE ([Parent] nvarchar(100) NOT NULL, [Place] nvarchar(100) NOT NULL, PRIMARY KEY ([Parent], [Place]));
INSERT INTO @told
SELECT told.[id], told.[epoch]
FROM OPENJSON(@rows) WITH ([id] nvarchar(100) '$.id', [epoch] int '$.epoch') AS told;
SELECT @subject = [Subject] FROM [relay].[Execution] WITH (UPDLOCK) WHERE [App] = @app AND [Id] = @execution;
INSERT INTO @places
SELECT DISTINCT fork.[Execution], fork.[Place]
FROM [relay].[ExecutionFork] AS fork WITH (UPDLOCK, HOLDLOCK)
INNER JOIN OPENJSON(@asked) WITH ([parent] nvarchar(100) '$.parent', [place] nvarchar(100) '$.place', [tries] int '$.tries') AS asked
    ON asked.[parent] = fork.[Execution]
    AND (asked.[place] = fork.[Place] OR asked.[tries] = 1 AND CHARINDEX(asked.[place] + N'~', fork.[Place]) = 1)
WHERE fork.[App] = @app;
-- Whose end is being written down just now is counted before or after, never in between.
SELECT @again = 1
FROM @places AS known
INNER JOIN [relay].[ExecutionPosition] AS place ON place.[App] = @app AND place.[Parent] = known.[Parent] AND place.[Place] = known.[Place]
INNER JOIN [relay].[Execution] AS child ON child.[App] = @app AND child.[Id] = place.[Execution]
LEFT JOIN @told AS told ON told.[Id] = child.[Id] AND told.[Epoch] = child.[Epoch]
WHERE child.[State] IN ('failed', 'stopped') AND told.[Id] IS NULL;
UPDATE [relay].[Execution]
SET
    [Epoch] = 1 + (SELECT MAX([Epoch]) FROM [relay].[Execution] WHERE [App] = @app AND [Subject] = @subject),
    [State] = 'ready',
    [Error] = N'',
    [Result] = NULL,
    [EndedAt] = NULL,
    [DueAt] = @now,
    [LookAt] = @now
WHERE @again = 0 AND [App] = @app AND [Id] = @execution AND [Epoch] = @epoch AND [State] IN ('failed', 'stopped') AND NOT EXISTS (
    SELECT 1
    FROM [relay].[Execution] AS [other]
    WHERE [other].[App] = @app AND [other].[Subject] = @subject AND [other].[Id] <> @execution AND [other].[EndedAt] IS NULL
        AND [other].[State] <> 'waiting'
);
SET @redriven = @@ROWCOUNT;
IF @redriven = 1
BEGIN
    UPDATE child
    SET [Epoch] = child.[Epoch] + 1, [State] = 'waiting', [Error] = N'', [Result] = NULL, [EndedAt] = NULL, [DueAt] = @now, [LookAt] = NULL
    FROM [relay].[Execution] AS child
    INNER JOIN @told AS told ON told.[Id] = child.[Id] AND told.[Epoch] = child.[Epoch]
    WHERE child.[App] = @app AND child.[Id] <> @execution AND child.[State] IN ('failed', 'stopped');
    {{count_children}}
    DELETE FROM [relay].[ExecutionFork] WHERE [App] = @app AND [Children] = 0 AND [Execution] IN (SELECT [Id] FROM @told);
    DELETE done
    FROM [relay].[ExecutionStep] AS done
    INNER JOIN @told AS told ON told.[Id] = done.[Execution]
    WHERE done.[App] = @app AND JSON_QUERY(done.[Result], '$.failed') IS NOT NULL;
    DELETE FROM [relay].[Restart] WHERE [App] = @app AND [Instance] IN (SELECT [Id] FROM @told);
END;
SELECT [Id] AS [id], [State] AS [state], [Workflow] AS [workflow], [Epoch] AS [epoch], @redriven AS [redriven], @again AS [again]
FROM [relay].[Execution]
WHERE [App] = @app AND [Id] = @execution;
