-- Part of enrich, for relays that ignore contexts: which changes are the endpoint's own, with nothing of anybody else beneath them.
-- Change tracking keeps one net change for each key, with the context of the last one. What it says of the time since the trigger's
-- position must therefore come from that last change alone: the row is gone, or was inserted by it, or no version lies between, or
-- every column that was changed since then was written by it. In any other case, and in any doubt, the change is sent.
DECLARE @ignored nvarchar(max) = ?, @before bigint, @columns_tracked bit = 0;
DECLARE @marked TABLE ([i] int NOT NULL PRIMARY KEY, [Before] bigint NOT NULL);
SELECT @columns_tracked = [is_track_columns_updated_on] FROM sys.change_tracking_tables WHERE [object_id] = @table;

-- A statement that changes a primary key deletes one key and inserts another, whose row may hold what others wrote before: with a
-- deletion at the same version everything but deletions is in doubt. So is everything while the position is not known.
INSERT INTO @marked ([i], [Before])
SELECT fact.[i], fact.[Version] - 1
FROM @facts AS fact
INNER JOIN CHANGETABLE(CHANGES {{table}}, @base) AS change ON {{change_of_fact}}
WHERE fact.[EntryState] IS NULL
    AND fact.[Version] = fact.[LeasedVersion]
    AND fact.[Version] = change.[SYS_CHANGE_VERSION]
    AND CONVERT(varchar(260), change.[SYS_CHANGE_CONTEXT], 1) IN (SELECT [value] FROM OPENJSON(@ignored))
    AND (
        change.[SYS_CHANGE_OPERATION] = 'D'
        OR NOT EXISTS (
            SELECT 1
            FROM CHANGETABLE(CHANGES {{table}}, @base) AS gone
            WHERE gone.[SYS_CHANGE_OPERATION] = 'D' AND gone.[SYS_CHANGE_VERSION] = change.[SYS_CHANGE_VERSION]
        )
    )
    AND EXISTS (
        SELECT 1
        FROM [az_func].[GlobalState]
        WHERE [UserFunctionID] = @function_id AND [UserTableID] = @table AND [LastSyncVersion] >= @oldest
    );
-- What one version alone has written, and with which context, is told only to who asks from the version before it on: so one query
-- for each marked version. No mask, where columns are tracked, means that every column was written.
WHILE EXISTS (SELECT 1 FROM @marked)
BEGIN
    SELECT @before = MIN([Before]) FROM @marked;
    UPDATE fact
    SET [Echo] = 1
    FROM @facts AS fact
    INNER JOIN @marked AS marked ON marked.[i] = fact.[i] AND marked.[Before] = @before
    INNER JOIN CHANGETABLE(CHANGES {{table}}, @base) AS change ON {{change_of_fact}}
    INNER JOIN CHANGETABLE(CHANGES {{table}}, @before) AS last ON {{last_of_change}}
    WHERE last.[SYS_CHANGE_VERSION] = change.[SYS_CHANGE_VERSION]
        AND CONVERT(varchar(260), last.[SYS_CHANGE_CONTEXT], 1) IN (SELECT [value] FROM OPENJSON(@ignored))
        AND (
            change.[SYS_CHANGE_OPERATION] = 'D'
            OR change.[SYS_CHANGE_CREATION_VERSION] = change.[SYS_CHANGE_VERSION]
            OR @before <= @base
            OR (
                @columns_tracked = 1
                AND (
                    last.[SYS_CHANGE_COLUMNS] IS NULL
                    OR (change.[SYS_CHANGE_COLUMNS] IS NOT NULL AND NOT ({{something_beneath}}))
                )
            )
        );
    DELETE FROM @marked WHERE [Before] = @before;
END;
