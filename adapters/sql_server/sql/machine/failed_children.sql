-- The branches and items of some places, or of all tries of one (`tries`), that have failed or were stopped, some at a time along their ids,
-- and where each was; then the definitions that they are of.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @places nvarchar(max) = ?, @after nvarchar(100) = ?, @limit int = ?;
DECLARE @found TABLE ([Id] nvarchar(100) NOT NULL PRIMARY KEY);
INSERT INTO @found
SELECT TOP (@limit) place.[Execution]
FROM [relay].[ExecutionPosition] AS place
INNER JOIN OPENJSON(@places) WITH ([parent] nvarchar(100) '$.parent', [place] nvarchar(100) '$.place', [tries] int '$.tries') AS asked
    ON asked.[parent] = place.[Parent]
    AND (asked.[place] = place.[Place] OR asked.[tries] = 1 AND CHARINDEX(asked.[place] + N'~', place.[Place]) = 1)
INNER JOIN [relay].[Execution] AS child ON child.[App] = place.[App] AND child.[Id] = place.[Execution]
WHERE place.[App] = @app AND child.[State] IN ('failed', 'stopped') AND place.[Execution] > @after
ORDER BY place.[Execution];
SELECT
    child.[Id] AS [id], child.[Epoch] AS [epoch], place.[Position] AS [position], place.[Definition] AS [definition],
    place.[DefinitionVersion] AS [version]
FROM @found AS found
INNER JOIN [relay].[Execution] AS child ON child.[App] = @app AND child.[Id] = found.[Id]
INNER JOIN [relay].[ExecutionPosition] AS place ON place.[App] = @app AND place.[Execution] = found.[Id]
ORDER BY child.[Id];
SELECT known.[Name] AS [definition], known.[Version] AS [version], known.[Definition] AS [text]
FROM [relay].[Workflow] AS known
WHERE known.[App] = @app AND EXISTS (
    SELECT 1
    FROM @found AS found
    INNER JOIN [relay].[ExecutionPosition] AS place ON place.[App] = @app AND place.[Execution] = found.[Id]
    WHERE place.[Definition] = known.[Name] AND place.[DefinitionVersion] = known.[Version]
);
