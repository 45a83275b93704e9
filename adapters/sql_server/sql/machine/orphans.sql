-- Executions that have ended while branches or items of theirs have not, some at a time.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @limit int = ?;
SELECT DISTINCT TOP (@limit) place.[Parent] AS [id]
FROM [relay].[Execution] AS child
INNER JOIN [relay].[ExecutionPosition] AS place ON place.[App] = child.[App] AND place.[Execution] = child.[Id]
INNER JOIN [relay].[Execution] AS parent ON parent.[App] = place.[App] AND parent.[Id] = place.[Parent]
WHERE child.[App] = @app AND child.[EndedAt] IS NULL AND parent.[EndedAt] IS NOT NULL;
