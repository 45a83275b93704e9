-- The keys and versions of entries that are still unsettled and not in the trigger's hands.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @ids nvarchar(max) = ?;
{{entries}}
SELECT entry.[KeyText], entry.[Version]
FROM @entries AS entry
INNER JOIN OPENJSON(@ids) WITH ([id] bigint '$') AS wanted ON wanted.[id] = entry.[Id]
WHERE entry.[Whose] <> 'retrying'
ORDER BY entry.[LastTriedAt], entry.[Id];
