-- Registers an execution of a version of a definition that was chosen; the same id is registered once. Says how it stands, and whether it
-- is another one: another definition, or another input.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @id nvarchar(100) = ?, @workflow nvarchar(100) = ?, @subject nvarchar(100) = ?, @input nvarchar(max) = ?,
    @definition nvarchar(80) = ?, @version int = ?, @secret char(64) = ?, @depth int = ?, @most_running int = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @running int, @registered int = 0;
IF NOT EXISTS (SELECT 1 FROM [relay].[Execution] WITH (UPDLOCK, HOLDLOCK) WHERE [App] = @app AND [Id] = @id)
BEGIN
    SELECT @running = COUNT(*)
    FROM [relay].[Execution] AS run
    INNER JOIN [relay].[ExecutionPosition] AS place ON place.[App] = run.[App] AND place.[Execution] = run.[Id]
    WHERE run.[App] = @app AND run.[State] IN ('ready', 'running') AND place.[Parent] = N'';
    IF @running < @most_running
    BEGIN
        INSERT INTO [relay].[Execution] (
            [App], [Id], [Workflow], [Parent], [Relay], [Subject], [KeyText], [Version], [Input], [State], [Epoch], [Steps], [Error],
            [EnteredAt], [DueAt], [LookAt]
        )
        VALUES (@app, @id, @workflow, N'', N'', @subject, N'', 0, @input, 'ready', 1, 0, N'', @now, @now, @now);
        INSERT INTO [relay].[ExecutionPosition] (
            [App], [Execution], [Definition], [DefinitionVersion], [Secret], [Parent], [Place], [Number], [Depth], [Position]
        )
        VALUES (@app, @id, @definition, @version, @secret, N'', N'', 0, @depth, NULL);
        SET @registered = 1;
    END;
END;
SELECT [Id] AS [id], [Workflow] AS [workflow], [State] AS [state], [Epoch] AS [epoch], [Input] AS [input], @registered AS [registered]
FROM [relay].[Execution]
WHERE [App] = @app AND [Id] = @id;
