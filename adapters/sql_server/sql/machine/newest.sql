-- The newest approved version of a definition, and how many executions run that nobody waits for.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @definition nvarchar(80) = ?;
SELECT TOP (1) [Version] AS [version]
FROM [relay].[Workflow]
WHERE [App] = @app AND [Name] = @definition AND [Status] = 'approved'
ORDER BY [Version] DESC;
SELECT COUNT(*) AS [running]
FROM [relay].[Execution] AS run
INNER JOIN [relay].[ExecutionPosition] AS place ON place.[App] = run.[App] AND place.[Execution] = run.[Id]
WHERE run.[App] = @app AND run.[State] IN ('ready', 'running') AND place.[Parent] = N'';
