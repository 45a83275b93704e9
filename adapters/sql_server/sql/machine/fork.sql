-- Registers branches or items, some at a time; those that are registered already stay as they are. The last call (`children` is not 0)
-- knows how many they are, and says which find a place: they are ready to be started.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @parent nvarchar(100) = ?, @epoch int = ?, @place nvarchar(100) = ?, @rows nvarchar(max) = ?, @children int = ?,
    @at_once int = ?, @tolerated int = ?, @claim_seconds int = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @subject nvarchar(100), @workflow nvarchar(100),
    @root nvarchar(100);
UPDATE [relay].[Execution]
SET
    @subject = [Subject],
    @workflow = [Workflow],
    @root = CASE WHEN [Root] = N'' THEN [Id] ELSE [Root] END,
    [DueAt] = DATEADD(second, @claim_seconds, @now),
    [LookAt] = DATEADD(second, @claim_seconds, @now)
WHERE [App] = @app AND [Id] = @parent AND [Epoch] = @epoch AND [State] = 'running';
SELECT CASE WHEN @subject IS NULL THEN 0 ELSE 1 END AS [current];
IF @subject IS NOT NULL
BEGIN
    INSERT INTO [relay].[Execution] (
        [App], [Id], [Workflow], [Parent], [Root], [Relay], [Subject], [KeyText], [Version], [Input], [State], [Epoch], [Steps], [Error],
        [EnteredAt], [DueAt], [LookAt]
    )
    SELECT
        @app, child.[id], COALESCE(child.[workflow], @workflow), @parent, @root, N'', child.[id], N'', 0, child.[input], 'waiting', 0, 0, N'',
        @now, @now, NULL
    FROM OPENJSON(@rows) WITH (
        [id] nvarchar(100) '$.id', [workflow] nvarchar(100) '$.workflow', [input] nvarchar(max) '$.input'
    ) AS child
    WHERE NOT EXISTS (SELECT 1 FROM [relay].[Execution] AS known WHERE known.[App] = @app AND known.[Id] = child.[id]);
    INSERT INTO [relay].[ExecutionPosition] (
        [App], [Execution], [Definition], [DefinitionVersion], [Secret], [Parent], [Place], [Number], [Depth], [Position]
    )
    SELECT
        @app, child.[id], COALESCE(child.[definition] COLLATE Latin1_General_BIN2, parent.[Definition]), COALESCE(child.[version], parent.[DefinitionVersion]),
        child.[secret], @parent, @place, child.[number], parent.[Depth] + child.[deeper], child.[position]
    FROM OPENJSON(@rows) WITH (
        [id] nvarchar(100) '$.id', [definition] nvarchar(80) '$.definition', [version] int '$.version', [secret] char(64) '$.secret',
        [number] int '$.number', [deeper] int '$.deeper', [position] nvarchar(max) '$.position'
    ) AS child
    INNER JOIN [relay].[ExecutionPosition] AS parent ON parent.[App] = @app AND parent.[Execution] = @parent
    WHERE NOT EXISTS (SELECT 1 FROM [relay].[ExecutionPosition] AS known WHERE known.[App] = @app AND known.[Execution] = child.[id]);
END;
IF @subject IS NOT NULL AND @children > 0
BEGIN
    INSERT INTO [relay].[ExecutionFork] ([App], [Execution], [Place], [Children], [AtOnce], [Tolerated], [Next], [Live], [Ended], [Failed])
    SELECT @app, @parent, @place, @children, @at_once, @tolerated, 0, 0, 0, 0
    WHERE NOT EXISTS (
        SELECT 1 FROM [relay].[ExecutionFork] WITH (UPDLOCK, HOLDLOCK) WHERE [App] = @app AND [Execution] = @parent AND [Place] = @place
    );
    {{next_child}}
END;
