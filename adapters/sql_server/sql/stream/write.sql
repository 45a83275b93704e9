-- Applies events: windows as they are with them, and the events gone, in one transaction; unless somebody else has worked at the shard since
-- they were read. A session that is in another one now says so under its own result, if it had one.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @stream nvarchar(40) = ?, @shard int = ?, @slices bigint = ?, @settle_ms bigint = ?, @early_ms bigint = ?,
    @close_count bigint = ?, @nothing nvarchar(max) = ?, @windows nvarchar(max) = ?, @absorbed nvarchar(max) = ?, @events nvarchar(max) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @found bigint, @applied int = 0;
DECLARE @changed TABLE (
    [GroupHash] char(64) NOT NULL, [OriginAt] datetime2(3) NOT NULL, [GroupText] nvarchar(max) NOT NULL, [Group] nvarchar(max) NOT NULL,
    [StartAt] datetime2(3) NOT NULL, [EndAt] datetime2(3) NOT NULL, [KeepUntil] datetime2(3) NOT NULL, [Events] bigint NOT NULL,
    [States] nvarchar(max) NOT NULL, [Measures] nvarchar(max) NOT NULL, [Window] nvarchar(max) NOT NULL, [WasClosed] bit NOT NULL,
    PRIMARY KEY ([GroupHash], [OriginAt])
);
DECLARE @gone TABLE ([Id] bigint NOT NULL PRIMARY KEY);
INSERT INTO @changed
SELECT [hash], [origin], [group_text], [group], [start], [end], [keep_until], [events], [states], [measures], [window], 0
FROM OPENJSON(@windows) WITH (
    [hash] char(64) '$.hash', [origin] datetime2(3) '$.origin', [group_text] nvarchar(max) '$.group_text', [group] nvarchar(max) '$.group',
    [start] datetime2(3) '$.start', [end] datetime2(3) '$.end', [keep_until] datetime2(3) '$.keep_until', [events] bigint '$.events',
    [states] nvarchar(max) '$.states', [measures] nvarchar(max) '$.measures', [window] nvarchar(max) '$.window'
);
BEGIN TRANSACTION;
SELECT @found = [Slices]
FROM [relay].[StreamShard] WITH (UPDLOCK, HOLDLOCK)
WHERE [App] = @app AND [Stream] = @stream AND [Shard] = @shard;
IF @found = @slices
BEGIN
    INSERT INTO @gone
    SELECT known.[Id]
    FROM OPENJSON(@absorbed) WITH ([hash] char(64) '$.hash', [origin] datetime2(3) '$.origin') AS absorbed
    INNER JOIN [relay].[StreamWindow] AS known
        ON known.[App] = @app AND known.[Stream] = @stream AND known.[GroupHash] = absorbed.[hash] AND known.[OriginAt] = absorbed.[origin];
    UPDATE result
    SET [Measures] = @nothing, [Empty] = 1, [Version] = 0, [Closed] = 1, [Revision] = result.[Revision] + 1, [ComputedAt] = @now
    FROM [relay].[AggregateResult] AS result
    INNER JOIN @gone AS gone ON result.[Id] = -2 * gone.[Id];
    DELETE known FROM [relay].[StreamWindow] AS known INNER JOIN @gone AS gone ON gone.[Id] = known.[Id];
    UPDATE changed
    SET [WasClosed] = 1
    FROM @changed AS changed
    INNER JOIN [relay].[StreamWindow] AS known
        ON known.[App] = @app AND known.[Stream] = @stream AND known.[GroupHash] = changed.[GroupHash] AND known.[OriginAt] = changed.[OriginAt]
    -- A session that lasts longer is open again.
    WHERE known.[Closed] = 1 AND changed.[EndAt] <= known.[EndAt];
    UPDATE known
    SET
        [StartAt] = changed.[StartAt],
        [EndAt] = changed.[EndAt],
        [KeepUntil] = changed.[KeepUntil],
        [Events] = changed.[Events],
        [States] = changed.[States],
        [Measures] = changed.[Measures],
        [Window] = changed.[Window],
        [Closed] = CASE
            WHEN changed.[WasClosed] = 1 THEN 1
            WHEN @close_count > 0 AND known.[Events] < @close_count AND changed.[Events] >= @close_count THEN 1
            ELSE 0
        END
    FROM [relay].[StreamWindow] AS known
    INNER JOIN @changed AS changed ON changed.[GroupHash] = known.[GroupHash] AND changed.[OriginAt] = known.[OriginAt]
    WHERE known.[App] = @app AND known.[Stream] = @stream;
    INSERT INTO [relay].[StreamWindow] (
        [App], [Stream], [Shard], [GroupHash], [OriginAt], [GroupText], [Group], [StartAt], [EndAt], [KeepUntil], [Events], [States], [Measures],
        [Window], [Closed]
    )
    SELECT
        @app, @stream, @shard, changed.[GroupHash], changed.[OriginAt], changed.[GroupText], changed.[Group], changed.[StartAt], changed.[EndAt],
        changed.[KeepUntil], changed.[Events], changed.[States], changed.[Measures], changed.[Window],
        CASE WHEN @close_count > 0 AND changed.[Events] >= @close_count THEN 1 ELSE 0 END
    FROM @changed AS changed
    WHERE NOT EXISTS (
        SELECT 1 FROM [relay].[StreamWindow] AS known
        WHERE known.[App] = @app AND known.[Stream] = @stream AND known.[GroupHash] = changed.[GroupHash] AND known.[OriginAt] = changed.[OriginAt]
    );
    UPDATE known
    SET [EarlyAt] = CASE WHEN @early_ms > 0 AND known.[Closed] = 0 THEN COALESCE(known.[EarlyAt], DATEADD(millisecond, @early_ms, @now)) END
    FROM [relay].[StreamWindow] AS known
    INNER JOIN @changed AS changed ON changed.[GroupHash] = known.[GroupHash] AND changed.[OriginAt] = known.[OriginAt]
    WHERE known.[App] = @app AND known.[Stream] = @stream;
    UPDATE known
    SET [DueAt] = CASE
        WHEN changed.[WasClosed] = 1 THEN COALESCE(known.[DueAt], DATEADD(millisecond, @settle_ms, @now))
        WHEN known.[Closed] = 1 THEN @now
        WHEN known.[EarlyAt] < known.[EndAt] THEN known.[EarlyAt]
        ELSE known.[EndAt]
    END
    FROM [relay].[StreamWindow] AS known
    INNER JOIN @changed AS changed ON changed.[GroupHash] = known.[GroupHash] AND changed.[OriginAt] = known.[OriginAt]
    WHERE known.[App] = @app AND known.[Stream] = @stream;
    -- What is still to be told is not to be forgotten: its worker would find that it is over, and could do nothing about it.
    UPDATE known
    SET [KeepUntil] = known.[DueAt]
    FROM [relay].[StreamWindow] AS known
    INNER JOIN @changed AS changed ON changed.[GroupHash] = known.[GroupHash] AND changed.[OriginAt] = known.[OriginAt]
    WHERE known.[App] = @app AND known.[Stream] = @stream AND known.[KeepUntil] < known.[DueAt];
    DELETE waiting
    FROM [relay].[StreamEvent] AS waiting
    INNER JOIN OPENJSON(@events) AS applied ON CONVERT(bigint, applied.[value]) = waiting.[Number]
    WHERE waiting.[App] = @app AND waiting.[Stream] = @stream AND waiting.[Shard] = @shard;
    SET @applied = @@ROWCOUNT;
    UPDATE [relay].[StreamShard]
    SET [Applied] = [Applied] + @applied, [Slices] = [Slices] + 1, [Problem] = N''
    WHERE [App] = @app AND [Stream] = @stream AND [Shard] = @shard;
END;
COMMIT TRANSACTION;
SELECT @applied AS [applied];
