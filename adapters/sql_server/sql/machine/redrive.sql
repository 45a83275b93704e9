-- Lets an execution go on that has failed or was stopped, from where it was put back to, and with it those below it (`rows`, with `epoch`s as
-- they were read): they wait for their places, and are not counted as ended any more. Not while another one runs for its subject; its epoch is
-- above all of the subject's. What had failed for good is done anew.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @epoch int = ?, @rows nvarchar(max) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @redriven int, @subject nvarchar(100), @locked int;
DECLARE @told TABLE ([Id] nvarchar(100) NOT NULL PRIMARY KEY, [Epoch] int NOT NULL);
DECLARE @places TABLE ([Parent] nvarchar(100) NOT NULL, [Place] nvarchar(100) NOT NULL, PRIMARY KEY ([Parent], [Place]));
INSERT INTO @told
SELECT told.[id], told.[epoch]
FROM OPENJSON(@rows) WITH ([id] nvarchar(100) '$.id', [epoch] int '$.epoch') AS told;
SELECT @subject = [Subject] FROM [relay].[Execution] WITH (UPDLOCK) WHERE [App] = @app AND [Id] = @execution;
UPDATE [relay].[Execution]
SET
    [Epoch] = 1 + (SELECT MAX([Epoch]) FROM [relay].[Execution] WHERE [App] = @app AND [Subject] = @subject),
    [State] = 'ready',
    [Error] = N'',
    [Result] = NULL,
    [EndedAt] = NULL,
    [DueAt] = @now,
    [LookAt] = @now
WHERE [App] = @app AND [Id] = @execution AND [Epoch] = @epoch AND [State] IN ('failed', 'stopped') AND NOT EXISTS (
    SELECT 1
    FROM [relay].[Execution] AS [other]
    WHERE [other].[App] = @app AND [other].[Subject] = @subject AND [other].[Id] <> @execution AND [other].[EndedAt] IS NULL
        AND [other].[State] <> 'waiting'
);
SET @redriven = @@ROWCOUNT;
IF @redriven = 1
BEGIN
    INSERT INTO @places
    SELECT DISTINCT place.[Parent], place.[Place]
    FROM [relay].[ExecutionPosition] AS place
    INNER JOIN @told AS told ON told.[Id] = place.[Execution]
    WHERE place.[App] = @app AND place.[Execution] <> @execution;
    -- Whose end is being written down just now is counted before or after, never in between.
    SELECT @locked = COUNT(*)
    FROM [relay].[ExecutionFork] AS fork WITH (UPDLOCK, HOLDLOCK)
    INNER JOIN @places AS known ON known.[Parent] = fork.[Execution] AND known.[Place] = fork.[Place]
    WHERE fork.[App] = @app;
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
SELECT [Id] AS [id], [State] AS [state], [Workflow] AS [workflow], [Epoch] AS [epoch], @redriven AS [redriven]
FROM [relay].[Execution]
WHERE [App] = @app AND [Id] = @execution;
