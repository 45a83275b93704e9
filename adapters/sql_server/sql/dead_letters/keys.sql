-- The keys and versions of those ids that are still dead letters.
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @ids nvarchar(max) = ?;
SELECT entry.[KeyText], entry.[Version], entry.[Spelled]
FROM [relay].[Ledger] AS entry
INNER JOIN OPENJSON(@ids) WITH ([id] bigint '$') AS wanted ON wanted.[id] = entry.[Id]
WHERE entry.[App] = @app AND entry.[Relay] = @relay AND entry.[State] = 'dead'
ORDER BY entry.[Id];
