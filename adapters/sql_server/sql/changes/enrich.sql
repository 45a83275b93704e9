-- What SQL Server knows of the keys of one batch, in one round trip: first the rows, then the facts about each key.
-- The rows stay locked until the transaction ends, so that the version read after them is theirs and nobody else's.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @function_id char(16) = ?, @keys nvarchar(max) = ?{{operands}};
DECLARE @table int = OBJECT_ID({{table_literal}});
{{refuse_if_changed}}
DECLARE @oldest bigint = CHANGE_TRACKING_MIN_VALID_VERSION(@table), @base bigint;
IF @oldest IS NULL
    THROW 51001, N'change tracking is not enabled, or VIEW CHANGE TRACKING is not granted', 1;
{{enter_unsettled}}
-- Whoever keeps a row for long keeps it from this batch alone.
SET LOCK_TIMEOUT 5000;
SELECT k.[i], {{row_columns}}
FROM OPENJSON(@keys) WITH ([i] int '$.i', {{key_schema}}) AS k
INNER LOOP JOIN {{table}} AS source WITH (HOLDLOCK) ON {{row_join}};

-- The trigger's position is the baseline of the column mask; a key that is not found above it is looked for in all that is kept.
SELECT @base = [LastSyncVersion]
FROM [az_func].[GlobalState]
WHERE [UserFunctionID] = @function_id AND [UserTableID] = @table;
IF @base IS NULL OR @base < @oldest
    SET @base = @oldest;
IF EXISTS (
    SELECT 1
    FROM OPENJSON(@keys) WITH ([i] int '$.i', {{key_schema}}) AS k
    WHERE NOT EXISTS (SELECT 1 FROM CHANGETABLE(CHANGES {{table}}, @base) AS change WHERE {{change_join}})
)
    SET @base = @oldest;

DECLARE @facts TABLE (
    [i] int NOT NULL PRIMARY KEY,
    {{key_declarations}},
    [KeyText] nvarchar(700) NOT NULL,
    [Version] bigint NOT NULL,
    [CreatedVersion] bigint NULL,
    [Relevant] bit NOT NULL,
    [Meets] bit NOT NULL, -- the row, the condition; no row is in nobody's way
    [Hidden] bit NOT NULL, -- change tracking has a row, and the login sees none
    [Echo] bit NOT NULL,
    [LeasedVersion] bigint NULL,
    [Attempt] int NOT NULL,
    [EntryState] varchar(10) NULL
);
INSERT INTO @facts
SELECT
    found.[i],
    {{found_keys}},
    found.[KeyText],
    COALESCE(found.[Version], entry.[Version], @base), -- change tracking may have forgotten the change; the entry has not
    found.[CreatedVersion],
    found.[Relevant],
    found.[Meets],
    CASE WHEN found.[HasRow] = 0 AND found.[Operation] <> 'D' THEN 1 ELSE 0 END,
    0,
    found.[LeasedVersion],
    found.[Attempt],
    entry.[State]
FROM (
    SELECT
        k.[i],
        {{exact_keys}},
        {{exact_key_text}} AS [KeyText],
        COALESCE(change.[SYS_CHANGE_VERSION], lease.[_az_func_ChangeVersion]) AS [Version],
        change.[SYS_CHANGE_CREATION_VERSION] AS [CreatedVersion],
        change.[SYS_CHANGE_OPERATION] AS [Operation],
        CASE WHEN {{no_row}} THEN 0 ELSE 1 END AS [HasRow],
        CASE WHEN {{no_row}} THEN 1 WHEN {{meets_condition}} THEN 1 ELSE 0 END AS [Meets],
        CASE
            WHEN change.[SYS_CHANGE_OPERATION] = 'U'
                AND change.[SYS_CHANGE_COLUMNS] IS NOT NULL
                AND change.[SYS_CHANGE_VERSION] = lease.[_az_func_ChangeVersion]
                AND {{no_watched_column}}
                THEN 0
            ELSE 1
        END AS [Relevant],
        lease.[_az_func_ChangeVersion] AS [LeasedVersion],
        COALESCE(lease.[_az_func_AttemptCount], 0) AS [Attempt]
    FROM OPENJSON(@keys) WITH ([i] int '$.i', {{key_schema}}) AS k
    LEFT JOIN CHANGETABLE(CHANGES {{table}}, @base) AS change ON {{change_join}}
    LEFT JOIN {{leases}} AS lease ON {{lease_join}}
    LEFT JOIN {{table}} AS source ON {{row_join}}
) AS found
LEFT JOIN [relay].[Ledger] AS entry
    ON entry.[App] = @app AND entry.[Relay] = @relay AND entry.[KeyText] = found.[KeyText]
-- Of a key that nobody knows nothing can be said, least of all that its row was deleted: it may be another key, altered on its way.
WHERE found.[HasRow] = 1 OR found.[Version] IS NOT NULL OR entry.[State] IS NOT NULL;
SET LOCK_TIMEOUT -1;
{{find_echoes}}
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
    {{fact_keys}}
FROM @facts
ORDER BY [i];
