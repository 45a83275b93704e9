-- Tells what windows come to that are due: those that are over, those that are asked for early, and closed ones into which late events came.
-- What is another result than before is a new revision, and its row has changed: so it is delivered.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @stream nvarchar(40) = ?, @shard int = ?, @limit int = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @time datetime2(3);
DECLARE @due TABLE ([Id] bigint NOT NULL PRIMARY KEY);
BEGIN TRANSACTION;
{{shard_time}}
INSERT INTO @due
SELECT TOP (@limit) known.[Id]
FROM [relay].[StreamWindow] AS known
WHERE known.[App] = @app AND known.[Stream] = @stream AND known.[Shard] = @shard AND known.[DueAt] <= @time
ORDER BY known.[DueAt], known.[Id];
UPDATE known
SET
    [Closed] = CASE WHEN known.[Closed] = 1 OR known.[EndAt] <= @time THEN 1 ELSE 0 END,
    [EarlyAt] = NULL,
    [DueAt] = CASE WHEN known.[Closed] = 1 OR known.[EndAt] <= @time THEN NULL ELSE known.[EndAt] END
FROM [relay].[StreamWindow] AS known
INNER JOIN @due AS due ON due.[Id] = known.[Id];
UPDATE result
SET
    [Measures] = known.[Measures],
    [Window] = known.[Window],
    [Closed] = known.[Closed],
    [Version] = known.[Events],
    [Empty] = 0,
    [Revision] = result.[Revision] + 1,
    [ComputedAt] = @now
FROM [relay].[AggregateResult] AS result
INNER JOIN @due AS due ON result.[Id] = -2 * due.[Id]
INNER JOIN [relay].[StreamWindow] AS known ON known.[Id] = due.[Id]
WHERE result.[Version] <> known.[Events] OR result.[Closed] <> known.[Closed]
    OR result.[Measures] COLLATE Latin1_General_BIN2 <> known.[Measures] COLLATE Latin1_General_BIN2
    OR result.[Window] COLLATE Latin1_General_BIN2 <> known.[Window] COLLATE Latin1_General_BIN2;
INSERT INTO [relay].[AggregateResult] (
    [Id], [App], [Aggregate], [Group], [Measures], [Revision], [Version], [Empty], [ComputedAt], [Window], [Closed]
)
SELECT -2 * known.[Id], @app, @stream, known.[Group], known.[Measures], 1, known.[Events], 0, @now, known.[Window], known.[Closed]
FROM [relay].[StreamWindow] AS known
INNER JOIN @due AS due ON due.[Id] = known.[Id]
WHERE NOT EXISTS (SELECT 1 FROM [relay].[AggregateResult] AS result WHERE result.[Id] = -2 * known.[Id]);
COMMIT TRANSACTION;
SELECT COUNT(*) AS [told] FROM @due;
