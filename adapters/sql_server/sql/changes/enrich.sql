-- What SQL Server knows of the keys of one batch, in one round trip: the rows, the facts about each key, how the endpoint stands.
-- The version that is read must be the row's: both are read as they were in one moment, or the rows stay locked until all is read.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @function_id char(16) = ?, @keys nvarchar(max) = ?, @since bigint = ?,
    @begins bit = ?{{operands}};
{{begin_reading}}
DECLARE @table int = OBJECT_ID({{table_literal}}), @now datetime2(3) = SYSUTCDATETIME();
{{refuse_if_changed}}
DECLARE @oldest bigint = CHANGE_TRACKING_MIN_VALID_VERSION(@table), @base bigint;
-- A backfill sends what has not changed under its own version; once change tracking has forgotten what came after that, a row may be
-- another by now, and goes out as of the oldest version that is known of.
DECLARE @unchanged bigint = CASE WHEN @since > @oldest THEN @since ELSE @oldest END;
IF @oldest IS NULL
    THROW 51001, N'change tracking is not enabled, or VIEW CHANGE TRACKING is not granted', 1;
-- Whoever keeps a row for long keeps it from this batch alone.
SET LOCK_TIMEOUT 5000;
SELECT k.[i], {{row_columns}}
FROM OPENJSON(@keys) WITH ([i] int '$.i', {{key_schema}}) AS k
INNER LOOP JOIN {{table}} AS source{{row_lock}} ON {{row_join}};

DECLARE @facts TABLE (
    [i] int NOT NULL PRIMARY KEY,
    {{key_declarations}},
    [KeyText] nvarchar(700) NOT NULL,
    [Tracked] bigint NULL,
    [HasRow] bit NOT NULL,
    [Version] bigint NOT NULL,
    [CreatedVersion] bigint NULL,
    [Relevant] bit NOT NULL,
    [Meets] bit NOT NULL, -- the row, the condition; no row is in nobody's way
    [Hidden] bit NOT NULL, -- change tracking has a row, and the login sees none
    [Echo] bit NOT NULL,
    [LeasedVersion] bigint NULL,
    [Attempt] int NOT NULL,
    [EntryState] varchar(10) NULL,
    [EntryVersion] bigint NULL,
    [EntryWhy] varchar(12) NULL,
    [EntryOperation] varchar(6) NULL,
    [EntryTries] int NULL,
    [EntryTriedVersion] bigint NULL,
    [EntryOpenMs] bigint NULL
);
-- What change tracking knows of each key is sought by key. Of what it has forgotten the entry tells the version, or the lease; a
-- deletion that it has forgotten, too, is another version than the row that was tried.
INSERT INTO @facts
SELECT
    found.[i],
    {{found_keys}},
    found.[KeyText],
    found.[Tracked],
    found.[HasRow],
    CASE
        WHEN found.[Tracked] IS NULL AND found.[HasRow] = 0 AND COALESCE(entry.[Version], found.[LeasedVersion]) < @oldest
            AND NOT (entry.[Operation] IS NOT NULL AND entry.[Operation] = 'delete' AND entry.[OperationVersion] = entry.[Version]) THEN @oldest
        ELSE COALESCE(found.[Tracked], entry.[Version], found.[LeasedVersion], @unchanged)
    END,
    NULL,
    1,
    found.[Meets],
    0,
    0,
    found.[LeasedVersion],
    found.[Attempt],
    entry.[State],
    entry.[Version],
    entry.[Why],
    -- Of this version only: an older release beside us moves an entry to a later one and leaves the operation as it was.
    CASE WHEN entry.[OperationVersion] = entry.[Version] THEN entry.[Operation] END,
    entry.[Attempts],
    entry.[TriedVersion],
    DATEDIFF_BIG(millisecond, entry.[FirstFailedAt], @now)
FROM (
    SELECT
        k.[i],
        {{exact_keys}},
        {{exact_key_text}} AS [KeyText],
        tracked.[SYS_CHANGE_VERSION] AS [Tracked],
        CASE WHEN {{no_row}} THEN 0 ELSE 1 END AS [HasRow],
        CASE WHEN {{no_row}} THEN 1 WHEN {{meets_condition}} THEN 1 ELSE 0 END AS [Meets],
        lease.[_az_func_ChangeVersion] AS [LeasedVersion],
        COALESCE(lease.[_az_func_AttemptCount], 0) AS [Attempt]
    FROM OPENJSON(@keys) WITH ([i] int '$.i', {{key_schema}}) AS k
    LEFT JOIN {{leases}} AS lease ON {{lease_join}}
    LEFT JOIN {{table}} AS source ON {{row_join}}
    OUTER APPLY CHANGETABLE(VERSION {{table}}, ({{key_names}}), ({{asked_keys}})) AS tracked
) AS found
LEFT JOIN [relay].[Ledger] AS entry
    ON entry.[App] = @app AND entry.[Relay] = @relay AND entry.[KeyText] = found.[KeyText]
-- Of a key that nobody knows nothing can be said, least of all that its row was deleted: it may be another key, altered on its way.
WHERE found.[HasRow] = 1 OR found.[Tracked] IS NOT NULL OR found.[LeasedVersion] IS NOT NULL OR entry.[State] IS NOT NULL;
-- What was written while change tracking was off has no version: since it began anew, the row may be another than the one that was tried.
IF EXISTS (SELECT 1 FROM @facts WHERE [Tracked] IS NULL AND [HasRow] = 1 AND [Version] < @oldest)
    UPDATE fact
    SET [Version] = tracking.[begin_version]
    FROM @facts AS fact
    INNER JOIN sys.change_tracking_tables AS tracking ON tracking.[object_id] = @table AND tracking.[begin_version] > fact.[Version]
    WHERE fact.[Tracked] IS NULL AND fact.[HasRow] = 1;
SET LOCK_TIMEOUT -1;
-- Operation and masks only the changes since some version tell: as few of them as will do.
SELECT @base = MIN([Tracked]) - 1
FROM @facts
WHERE ([Tracked] >= @since OR [HasRow] = 0)
    AND ([EntryOperation] IS NULL OR [EntryVersion] <> [Tracked] OR ([HasRow] = 0 AND [EntryOperation] <> 'delete'));
{{reach_back_to_the_position}}
IF @base < @oldest
    SET @base = @oldest;
IF @base IS NOT NULL
    UPDATE fact
    SET
        [CreatedVersion] = change.[SYS_CHANGE_CREATION_VERSION],
        [Hidden] = CASE WHEN fact.[HasRow] = 0 AND change.[SYS_CHANGE_OPERATION] <> 'D' THEN 1 ELSE 0 END,
        [Relevant] = CASE
            WHEN change.[SYS_CHANGE_OPERATION] = 'U'
                AND change.[SYS_CHANGE_COLUMNS] IS NOT NULL
                AND change.[SYS_CHANGE_VERSION] = fact.[LeasedVersion]
                AND {{no_watched_column}}
                THEN 0
            ELSE 1
        END
    FROM @facts AS fact
    INNER JOIN CHANGETABLE(CHANGES {{table}}, @base) AS change ON {{change_of_fact}};
{{find_echoes}}
{{end_reading}}
{{enter_died}}
{{begin_keys}}
SELECT
    [i],
    [KeyText],
    [Version],
    [CreatedVersion],
    [Relevant],
    [Meets],
    [Hidden],
    [Echo],
    [LeasedVersion],
    [Attempt],
    [EntryState],
    [EntryVersion],
    [EntryWhy],
    [EntryOperation],
    [EntryTries],
    [EntryTriedVersion],
    [EntryOpenMs],
    {{fact_keys}}
FROM @facts
ORDER BY [i];
{{standing}}
