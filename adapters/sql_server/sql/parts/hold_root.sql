-- The execution at the top of a branch, an item or whatever was begun within. Nobody ends or replaces it while it is held, and if it has ended, this
-- one is told that it is over too. It comes before what is below it, as with all who hold both; without range locks, for most have none.
SELECT
    @root = root.[Id],
    @subject_of_root = root.[Subject],
    @epoch = CASE WHEN root.[EndedAt] IS NULL THEN @epoch ELSE 0 END
FROM [relay].[Execution] AS own
INNER JOIN [relay].[Execution] AS root WITH (REPEATABLEREAD) ON root.[App] = own.[App] AND root.[Id] = own.[Root]
WHERE own.[App] = @app AND own.[Id] = @execution AND own.[Root] <> N'';
