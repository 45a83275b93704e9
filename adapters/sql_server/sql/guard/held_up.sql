-- What an app's work has come to a stand at, beyond its relays: mailings that no person has paused, or whose query is refused, so many of
-- them, aggregates that cannot be computed, and streams whose events cannot be applied. Of what has left workflows.toml nobody is told.
-- Writes nothing.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @aggregates nvarchar(max) = ?, @streams nvarchar(max) = ?, @by_people nvarchar(max) = ?, @limit int = ?;
SELECT
    CASE WHEN stands.[State] = 'paused' THEN N'mailing' ELSE N'query of mailing' END AS [kind],
    stands.[Mailing] AS [name],
    stands.[Reason] AS [reason]
FROM (
    SELECT TOP (@limit) mailing.[Mailing], mailing.[State], mailing.[Reason]
    FROM [relay].[Mailing] AS mailing
    WHERE mailing.[App] = @app
        AND (mailing.[State] = 'paused' OR (mailing.[State] = 'querying' AND mailing.[Reason] <> N''))
        AND NOT EXISTS (SELECT 1 FROM OPENJSON(@by_people) AS said WHERE said.[value] COLLATE DATABASE_DEFAULT = mailing.[Reason])
    ORDER BY mailing.[DueAt]
) AS stands
UNION ALL
SELECT N'aggregate', known.[Aggregate], known.[Problem]
FROM OPENJSON(@aggregates) AS asked
INNER JOIN [relay].[Aggregate] AS known ON known.[App] = @app AND known.[Aggregate] = asked.[value] COLLATE DATABASE_DEFAULT
WHERE known.[Problem] <> N''
UNION ALL
SELECT N'aggregate', shard.[Stream], MIN(shard.[Problem])
FROM OPENJSON(@streams) AS asked
INNER JOIN [relay].[StreamShard] AS shard ON shard.[App] = @app AND shard.[Stream] = asked.[value] COLLATE DATABASE_DEFAULT
WHERE shard.[Problem] <> N''
GROUP BY shard.[Stream];
