-- The execution around a branch or an item, with its variables, and the names of those that it has itself from around it.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?;
SELECT
    around.[Execution] AS [id],
    JSON_QUERY(around.[Position], '$.position.variables') AS [variables],
    JSON_QUERY(around.[Position], '$.inherits') AS [inherits]
FROM [relay].[ExecutionPosition] AS place
INNER JOIN [relay].[ExecutionPosition] AS around ON around.[App] = place.[App] AND around.[Execution] = place.[Parent]
WHERE place.[App] = @app AND place.[Execution] = @execution;
