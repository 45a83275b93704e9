-- The first thing that the orchestration of a definition's execution does: claims it, unless it has ended or is another start's. The first
-- start settles which version of the definition it is: the newest that is approved. Says where the execution is, and the input of the whole that it is a part of: that is read
-- before anything is locked, for who looks at branches and items holds the whole's row.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @epoch int = ?, @due_in_seconds int = ?, @prefix_length int = ?, @secret char(64) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @current int, @whole nvarchar(100) = @execution, @input nvarchar(max);
SELECT @whole = COALESCE(JSON_VALUE([Position], '$.position.context.Execution.Id'), @execution)
FROM [relay].[ExecutionPosition]
WHERE [App] = @app AND [Execution] = @execution;
SELECT @input = [Input] FROM [relay].[Execution] WHERE [App] = @app AND [Id] = @whole;
{{begin_execution}}
SET @current = @@ROWCOUNT;
IF @current = 1 AND NOT EXISTS (SELECT 1 FROM [relay].[ExecutionPosition] WHERE [App] = @app AND [Execution] = @execution)
    INSERT INTO [relay].[ExecutionPosition] (
        [App], [Execution], [Definition], [DefinitionVersion], [Secret], [Parent], [Place], [Number], [Depth], [Position]
    )
    SELECT TOP (1) @app, @execution, known.[Name], known.[Version], @secret, N'', N'', 0, 0, NULL
    FROM [relay].[Execution] AS run
    INNER JOIN [relay].[Workflow] AS known
        ON known.[App] = run.[App] AND known.[Name] = SUBSTRING(run.[Workflow], @prefix_length + 1, 100) COLLATE Latin1_General_BIN2 AND known.[Status] = 'approved'
    WHERE run.[App] = @app AND run.[Id] = @execution
    ORDER BY known.[Version] DESC;
SELECT
    run.[State] AS [state],
    run.[Epoch] AS [epoch],
    @input AS [input],
    run.[Workflow] AS [workflow],
    CONVERT(varchar(23), run.[BegunAt], 126) AS [begun_at],
    place.[DefinitionVersion] AS [version],
    place.[Secret] AS [secret],
    place.[Position] AS [position],
    known.[Definition] AS [definition]
FROM [relay].[Execution] AS run
LEFT JOIN [relay].[ExecutionPosition] AS place ON place.[App] = run.[App] AND place.[Execution] = run.[Id]
LEFT JOIN [relay].[Workflow] AS known
    ON known.[App] = place.[App] AND known.[Name] = place.[Definition] AND known.[Version] = place.[DefinitionVersion]
WHERE run.[App] = @app AND run.[Id] = @execution;
