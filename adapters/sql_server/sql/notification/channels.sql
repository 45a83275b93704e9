-- The channels that have refused a notice, given one up, or keep one waiting in vain, and have taken none since: since when, and why.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @tries int = ?;
SELECT
    trouble.[Channel] AS [channel],
    COUNT(CASE WHEN trouble.[State] = 'waiting' THEN 1 END) AS [waiting],
    COUNT(CASE WHEN trouble.[State] <> 'waiting' THEN 1 END) AS [lost],
    CONVERT(varchar(40), MIN(trouble.[EndedAt]), 126) AS [lost_since],
    MAX(trouble.[Error]) AS [error]
FROM [relay].[Notice] AS trouble
WHERE trouble.[App] = @app
    AND (trouble.[State] IN ('refused', 'given_up') OR (trouble.[State] = 'waiting' AND trouble.[Tries] >= @tries))
    AND NOT EXISTS (
        SELECT 1
        FROM [relay].[Notice] AS taken
        WHERE taken.[App] = @app AND taken.[Channel] = trouble.[Channel] AND taken.[State] = 'taken'
            AND taken.[EndedAt] >= COALESCE(trouble.[EndedAt], trouble.[EnteredAt])
    )
GROUP BY trouble.[Channel]
ORDER BY trouble.[Channel];
