-- The branches and items of executions that have failed or were stopped, and where each was.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @parents nvarchar(max) = ?;
SELECT place.[Execution] AS [id], place.[Position] AS [position], known.[Definition] AS [text]
FROM [relay].[ExecutionPosition] AS place
INNER JOIN OPENJSON(@parents) WITH ([id] nvarchar(100) '$') AS parent ON parent.[id] = place.[Parent]
INNER JOIN [relay].[Execution] AS child ON child.[App] = place.[App] AND child.[Id] = place.[Execution]
INNER JOIN [relay].[Workflow] AS known
    ON known.[App] = place.[App] AND known.[Name] = place.[Definition] AND known.[Version] = place.[DefinitionVersion]
WHERE place.[App] = @app AND child.[State] IN ('failed', 'stopped');
