-- Where an execution of a definition is, and which branches and items it has.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @limit int = ?;
SELECT
    run.[Id] AS [id], place.[Definition] AS [definition], place.[DefinitionVersion] AS [version], place.[Parent] AS [parent], place.[Secret] AS [secret],
    place.[Position] AS [position], place.[Place] AS [place], place.[Depth] AS [depth],
    run.[State] AS [state], run.[Epoch] AS [epoch], known.[Definition] AS [text]
FROM [relay].[ExecutionPosition] AS place
INNER JOIN [relay].[Execution] AS run ON run.[App] = place.[App] AND run.[Id] = place.[Execution]
INNER JOIN [relay].[Workflow] AS known
    ON known.[App] = place.[App] AND known.[Name] = place.[Definition] AND known.[Version] = place.[DefinitionVersion]
WHERE place.[App] = @app AND place.[Execution] = @execution;
SELECT TOP (@limit) place.[Execution] AS [id], place.[Place] AS [place], place.[Number] AS [number], run.[State] AS [state], run.[Error] AS [error]
FROM [relay].[ExecutionPosition] AS place
INNER JOIN [relay].[Execution] AS run ON run.[App] = place.[App] AND run.[Id] = place.[Execution]
WHERE place.[App] = @app AND place.[Parent] = @execution
ORDER BY place.[Place], place.[Number];
