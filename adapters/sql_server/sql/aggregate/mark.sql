-- Makes dirty the groups of the rows that have changed, and those in which they were before; remembers, if the aggregate needs it, in which
-- group each row is by now. One transaction, and one after the other: what is remembered last is what was read last.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @aggregate nvarchar(40) = ?, @group_by nvarchar(max) = ?, @changes nvarchar(max) = ?, @remembers bit = ?;
DECLARE @table int = OBJECT_ID({{table_literal}}), @now datetime2(3) = SYSUTCDATETIME();
DECLARE @rows TABLE (
    [KeyText] nvarchar(700) NOT NULL,
    [HasRow] bit NOT NULL,
    [GroupText] nvarchar(max) NULL,
    [GroupHash] char(64) NULL,
    [Version] bigint NOT NULL
);
DECLARE @dirty TABLE ([Id] bigint NOT NULL, [Version] bigint NOT NULL);
BEGIN TRANSACTION;
{{refuse_if_changed}}
{{lock_aggregate}}
SET LOCK_TIMEOUT 5000;
INSERT INTO @rows ([KeyText], [HasRow], [GroupText], [Version])
SELECT {{named_key_text}}, CASE WHEN {{no_row}} THEN 0 ELSE 1 END, {{group_of_row}}, k.[version]
FROM OPENJSON(@changes) WITH ([version] bigint '$.version', {{key_schema}}) AS k
LEFT JOIN {{table}} AS source ON {{row_join}};
SET LOCK_TIMEOUT -1;
UPDATE @rows SET [GroupHash] = CONVERT(char(64), HASHBYTES('SHA2_256', [GroupText]), 2) WHERE [GroupText] IS NOT NULL;
INSERT INTO [relay].[AggregateGroup] ([App], [Aggregate], [GroupHash], [GroupText], [SameAs], [Version], [Marks], [Computed])
SELECT @app, @aggregate, found.[GroupHash], MIN(found.[GroupText]), 0, 0, 0, 0
FROM @rows AS found
WHERE found.[GroupHash] IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM [relay].[AggregateGroup] AS known
    WHERE known.[App] = @app AND known.[Aggregate] = @aggregate AND known.[GroupHash] = found.[GroupHash]
)
GROUP BY found.[GroupHash];
IF @@ROWCOUNT > 0
    UPDATE fresh
    SET [SameAs] = (
        SELECT MIN(old.[Id]) FROM [relay].[AggregateGroup] AS old
        WHERE old.[App] = @app AND old.[Aggregate] = @aggregate AND {{same_group}}
    )
    FROM [relay].[AggregateGroup] AS fresh
    WHERE fresh.[App] = @app AND fresh.[Aggregate] = @aggregate AND fresh.[SameAs] = 0;
INSERT INTO @dirty ([Id], [Version])
SELECT known.[SameAs], found.[Version]
FROM @rows AS found
INNER JOIN [relay].[AggregateGroup] AS known
    ON known.[App] = @app AND known.[Aggregate] = @aggregate AND known.[GroupHash] = found.[GroupHash];
IF @remembers = 1
BEGIN
    INSERT INTO @dirty ([Id], [Version])
    SELECT kept.[GroupId], found.[Version]
    FROM @rows AS found
    INNER JOIN [relay].[AggregateRow] AS kept
        ON kept.[App] = @app AND kept.[Aggregate] = @aggregate AND kept.[KeyText] = found.[KeyText];
    DELETE kept
    FROM [relay].[AggregateRow] AS kept
    INNER JOIN @rows AS found ON found.[KeyText] = kept.[KeyText]
    WHERE kept.[App] = @app AND kept.[Aggregate] = @aggregate;
    INSERT INTO [relay].[AggregateRow] ([App], [Aggregate], [KeyText], [GroupId])
    SELECT @app, @aggregate, found.[KeyText], MIN(known.[SameAs])
    FROM @rows AS found
    INNER JOIN [relay].[AggregateGroup] AS known
        ON known.[App] = @app AND known.[Aggregate] = @aggregate AND known.[GroupHash] = found.[GroupHash]
    WHERE found.[HasRow] = 1
    GROUP BY found.[KeyText];
END
-- Of a row that is gone, and of which nothing is remembered, nobody knows the group: it may be any.
ELSE IF EXISTS (SELECT 1 FROM @rows WHERE [GroupHash] IS NULL)
    INSERT INTO @dirty ([Id], [Version])
    SELECT known.[Id], (SELECT MAX([Version]) FROM @rows WHERE [GroupHash] IS NULL)
    FROM [relay].[AggregateGroup] AS known
    WHERE known.[App] = @app AND known.[Aggregate] = @aggregate AND known.[SameAs] = known.[Id];
UPDATE marked
SET
    [Marks] = marked.[Marks] + 1,
    [Version] = CASE WHEN dirty.[Newest] > marked.[Version] THEN dirty.[Newest] ELSE marked.[Version] END,
    [DirtyAt] = COALESCE(marked.[DirtyAt], @now),
    [DirtySince] = COALESCE(marked.[DirtySince], dirty.[Oldest])
FROM [relay].[AggregateGroup] AS marked
INNER JOIN (SELECT [Id], MAX([Version]) AS [Newest], MIN([Version]) AS [Oldest] FROM @dirty GROUP BY [Id]) AS dirty
    ON dirty.[Id] = marked.[Id];
COMMIT TRANSACTION;
