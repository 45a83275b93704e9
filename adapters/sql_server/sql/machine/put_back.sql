-- Says of executions that have failed or were stopped where they will go on, some at a time. Nothing happens by it until they are redriven.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @rows nvarchar(max) = ?;
UPDATE place
SET [Position] = told.[position]
FROM [relay].[ExecutionPosition] AS place
INNER JOIN OPENJSON(@rows) WITH ([id] nvarchar(100) '$.id', [epoch] int '$.epoch', [position] nvarchar(max) '$.position') AS told
    ON told.[id] = place.[Execution]
INNER JOIN [relay].[Execution] AS run ON run.[App] = place.[App] AND run.[Id] = place.[Execution] AND run.[Epoch] = told.[epoch]
WHERE place.[App] = @app AND run.[State] IN ('failed', 'stopped') AND told.[position] IS NOT NULL;
