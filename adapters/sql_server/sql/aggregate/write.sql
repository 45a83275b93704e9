-- Writes results down whose groups nobody else has computed meanwhile. What is another than before is a new revision, and its row has
-- changed: so it is delivered. A group that was marked meanwhile stays dirty.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @aggregate nvarchar(40) = ?, @group_by nvarchar(max) = ?, @results nvarchar(max) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @revised int = 0;
DECLARE @found TABLE (
    [Id] bigint NOT NULL PRIMARY KEY, [Marks] bigint NOT NULL, [Computed] bigint NOT NULL, [Version] bigint NOT NULL, [Group] nvarchar(max) NOT NULL,
    [Measures] nvarchar(max) NOT NULL, [Empty] bit NOT NULL
);
INSERT INTO @found
SELECT [id], [marks], [computed], [version], [group], [measures], [empty]
FROM OPENJSON(@results) WITH (
    [id] bigint '$.id', [marks] bigint '$.marks', [computed] bigint '$.computed', [version] bigint '$.version', [group] nvarchar(max) '$.group',
    [measures] nvarchar(max) '$.measures', [empty] bit '$.empty'
);
BEGIN TRANSACTION;
{{lock_aggregate}}
DELETE found
FROM @found AS found
INNER JOIN [relay].[AggregateGroup] AS known ON known.[Id] = found.[Id]
WHERE known.[Computed] <> found.[Computed];
UPDATE known
SET
    [Computed] = known.[Computed] + 1,
    [DirtyAt] = CASE WHEN known.[Marks] <> found.[Marks] THEN @now END,
    [DirtySince] = CASE WHEN known.[Marks] <> found.[Marks] THEN known.[Version] END
FROM [relay].[AggregateGroup] AS known
INNER JOIN @found AS found ON found.[Id] = known.[Id];
UPDATE result
SET [Measures] = found.[Measures], [Empty] = found.[Empty], [Version] = found.[Version], [Revision] = result.[Revision] + 1, [ComputedAt] = @now
FROM [relay].[AggregateResult] AS result
INNER JOIN @found AS found ON found.[Id] = result.[Id]
WHERE result.[Measures] COLLATE Latin1_General_BIN2 <> found.[Measures] COLLATE Latin1_General_BIN2;
SET @revised = @@ROWCOUNT;
-- Of a group that has no rows, and had none when it was computed before, nobody was told.
INSERT INTO [relay].[AggregateResult] ([Id], [App], [Aggregate], [Group], [Measures], [Revision], [Version], [Empty], [ComputedAt])
SELECT found.[Id], @app, @aggregate, found.[Group], found.[Measures], 1, found.[Version], 0, @now
FROM @found AS found
WHERE found.[Empty] = 0 AND NOT EXISTS (SELECT 1 FROM [relay].[AggregateResult] AS result WHERE result.[Id] = found.[Id]);
SET @revised = @revised + @@ROWCOUNT;
UPDATE [relay].[Aggregate] SET [Slices] = [Slices] + 1, [Problem] = N'' WHERE [App] = @app AND [Aggregate] = @aggregate;
COMMIT TRANSACTION;
SELECT @revised AS [revised];
