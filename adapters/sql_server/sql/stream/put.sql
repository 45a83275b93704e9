-- Takes events: each once, by the hash of its source and id, unless too many wait already. All shards are held, so that what is late is
-- judged by a time that no shard has passed. One transaction: a batch is taken whole or not at all.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @stream nvarchar(40) = ?, @definition nvarchar(max) = ?, @shards nvarchar(max) = ?, @max_waiting bigint = ?,
    @late_relay nvarchar(40) = ?, @keep_hours int = ?, @repeated int = ?, @events nvarchar(max) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @time datetime2(3), @known int = 0, @waiting bigint = 0, @fits bit = 1;
DECLARE @posted TABLE (
    [EventHash] char(64) NOT NULL PRIMARY KEY, [Shard] int NOT NULL, [LateFrom] datetime2(3) NOT NULL, [Body] nvarchar(max) NOT NULL,
    [Group] nvarchar(max) NULL, [Posted] nvarchar(max) NULL, [Is] varchar(10) NOT NULL
);
DECLARE @woken TABLE ([Shard] int NOT NULL PRIMARY KEY, [WasIdle] bit NOT NULL);
INSERT INTO @posted
SELECT [hash], [shard], [late_from], [body], [group], [posted], 'accepted'
FROM OPENJSON(@events) WITH (
    [hash] char(64) '$.hash', [shard] int '$.shard', [late_from] datetime2(3) '$.late_from', [body] nvarchar(max) '$.body',
    [group] nvarchar(max) '$.group', [posted] nvarchar(max) '$.posted'
);
BEGIN TRANSACTION;
SELECT @known = COUNT(*), @time = MAX([Time]), @waiting = COALESCE(SUM([Accepted] - [Applied]), 0)
FROM [relay].[StreamShard] WITH (UPDLOCK, HOLDLOCK)
WHERE [App] = @app AND [Stream] = @stream;
SET @now = SYSUTCDATETIME();
IF @time > @now
    SET @now = @time;
IF @known = 0
    INSERT INTO [relay].[StreamShard] (
        [App], [Stream], [Shard], [Definition], [Time], [Accepted], [Applied], [Duplicates], [Late], [Slices], [DueAt], [Problem]
    )
    SELECT @app, @stream, CONVERT(int, each.[value]), @definition, @now, 0, 0, 0, 0, 0, @now, N''
    FROM OPENJSON(@shards) AS each;
IF EXISTS (SELECT 1 FROM [relay].[StreamShard] WHERE [App] = @app AND [Stream] = @stream AND [Definition] <> @definition)
    SET @fits = 0;
IF @fits = 1 AND @waiting < @max_waiting
BEGIN
    UPDATE posted
    SET [Is] = CASE WHEN seen.[EventHash] IS NOT NULL THEN 'duplicate' WHEN posted.[LateFrom] <= @now THEN 'late' ELSE 'accepted' END
    FROM @posted AS posted
    LEFT JOIN [relay].[StreamSeen] AS seen ON seen.[App] = @app AND seen.[Stream] = @stream AND seen.[EventHash] = posted.[EventHash];
    INSERT INTO [relay].[StreamSeen] ([App], [Stream], [EventHash], [KeepUntil])
    SELECT @app, @stream, posted.[EventHash], CASE WHEN posted.[Is] = 'late' THEN DATEADD(hour, @keep_hours, @now) ELSE posted.[LateFrom] END
    FROM @posted AS posted
    WHERE posted.[Is] = 'accepted' OR (posted.[Is] = 'late' AND @late_relay <> N'');
    INSERT INTO [relay].[AggregateResult] (
        [Id], [App], [Aggregate], [Group], [Measures], [Revision], [Version], [Empty], [ComputedAt], [Window], [Closed]
    )
    SELECT -2 * seen.[Number] - 1, @app, @late_relay, posted.[Group], posted.[Posted], 1, 0, 0, @now, N'{"late":"' + posted.[EventHash] + N'"}', 1
    FROM @posted AS posted
    INNER JOIN [relay].[StreamSeen] AS seen ON seen.[App] = @app AND seen.[Stream] = @stream AND seen.[EventHash] = posted.[EventHash]
    WHERE posted.[Is] = 'late' AND @late_relay <> N'';
    INSERT INTO [relay].[StreamEvent] ([App], [Stream], [Shard], [AcceptedAt], [Body])
    SELECT @app, @stream, posted.[Shard], @now, posted.[Body]
    FROM @posted AS posted
    WHERE posted.[Is] = 'accepted';
    INSERT INTO @woken
    SELECT shard.[Shard], CASE WHEN shard.[Accepted] = shard.[Applied] THEN 1 ELSE 0 END
    FROM [relay].[StreamShard] AS shard
    WHERE shard.[App] = @app AND shard.[Stream] = @stream
        AND EXISTS (SELECT 1 FROM @posted AS posted WHERE posted.[Shard] = shard.[Shard] AND posted.[Is] = 'accepted');
    UPDATE shard
    SET
        [Time] = @now,
        [Accepted] = shard.[Accepted] + came.[Accepted],
        [Duplicates] = shard.[Duplicates] + came.[Duplicates],
        [Late] = shard.[Late] + came.[Late]
    FROM [relay].[StreamShard] AS shard
    INNER JOIN (
        SELECT
            [Shard],
            SUM(CASE WHEN [Is] = 'accepted' THEN 1 ELSE 0 END) AS [Accepted],
            SUM(CASE WHEN [Is] = 'duplicate' THEN 1 ELSE 0 END) AS [Duplicates],
            SUM(CASE WHEN [Is] = 'late' THEN 1 ELSE 0 END) AS [Late]
        FROM @posted
        GROUP BY [Shard]
    ) AS came ON came.[Shard] = shard.[Shard]
    WHERE shard.[App] = @app AND shard.[Stream] = @stream;
    -- Of those that stand twice in the batch itself nobody asks where they would be.
    UPDATE [relay].[StreamShard] SET [Duplicates] = [Duplicates] + @repeated WHERE [App] = @app AND [Stream] = @stream AND [Shard] = 0;
END;
COMMIT TRANSACTION;
SELECT
    @fits AS [fits],
    CASE WHEN @waiting < @max_waiting THEN 1 ELSE 0 END AS [taken],
    @waiting AS [waiting],
    (SELECT COUNT(*) FROM @posted WHERE [Is] = 'accepted') AS [accepted],
    (SELECT COUNT(*) FROM @posted WHERE [Is] = 'duplicate') AS [duplicates],
    (SELECT COUNT(*) FROM @posted WHERE [Is] = 'late') AS [late];
SELECT [Shard] AS [shard], [WasIdle] AS [was_idle] FROM @woken ORDER BY [Shard];
