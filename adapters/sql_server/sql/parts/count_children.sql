-- Counts the branches and items of some places (`@places`) anew.
UPDATE fork
SET [Next] = 0, [Live] = counted.[Live], [Ended] = counted.[Ended], [Failed] = counted.[Failed]
FROM [relay].[ExecutionFork] AS fork
INNER JOIN (
    SELECT
        place.[Parent],
        place.[Place],
        SUM(CASE WHEN child.[State] IN ('ready', 'running', 'stuck') THEN 1 ELSE 0 END) AS [Live],
        SUM(CASE WHEN child.[EndedAt] IS NOT NULL THEN 1 ELSE 0 END) AS [Ended],
        SUM(CASE WHEN child.[EndedAt] IS NOT NULL AND child.[State] <> 'completed' THEN 1 ELSE 0 END) AS [Failed]
    FROM [relay].[ExecutionPosition] AS place
    INNER JOIN @places AS known ON known.[Parent] = place.[Parent] AND known.[Place] = place.[Place]
    INNER JOIN [relay].[Execution] AS child ON child.[App] = place.[App] AND child.[Id] = place.[Execution]
    WHERE place.[App] = @app
    GROUP BY place.[Parent], place.[Place]
) AS counted ON counted.[Parent] = fork.[Execution] AND counted.[Place] = fork.[Place]
WHERE fork.[App] = @app AND fork.[Children] > 0;
