-- Part of the guard's look: the changes above what is settled. CHANGETABLE reads everything above a version, however little of it is
-- asked for; if that was much at the last look, only what is newer than the newest of then is read, and that one itself. The trigger
-- takes the lowest versions first: once it has taken the newest, it has taken all, though it may not be through with them.
DECLARE @crowded bit = CASE WHEN @above > {{most_looked_at}} AND @newest > @done AND @newest BETWEEN @oldest AND @current THEN 1 ELSE 0 END;
DECLARE @base bigint = CASE
    WHEN @crowded = 1 THEN @newest - 1
    WHEN @done BETWEEN @oldest AND @current THEN @done
    WHEN @position BETWEEN @oldest AND @current THEN @position
    ELSE @oldest
END;
DECLARE @read int, @fresh int, @untaken int, @unsettled int, @first_unsettled bigint, @taken_to bigint, @read_to bigint,
    @leased_until datetime2(3);
SELECT
    @read = COUNT(*),
    @fresh = COUNT(CASE WHEN near.[Version] > COALESCE(@newest, 0) THEN 1 END),
    @untaken = COUNT(CASE WHEN near.[Leased] IS NULL OR (near.[Attempts] < {{trigger_attempts}} AND (near.[Leased] < near.[Version] OR near.[Until] <= @clock)) THEN 1 END),
    @unsettled = COUNT(CASE WHEN near.[Settled] = 0 THEN 1 END),
    @first_unsettled = MIN(CASE WHEN near.[Settled] = 0 THEN near.[Version] END),
    @taken_to = MAX(CASE WHEN near.[Leased] >= near.[Version] THEN near.[Version] END),
    @read_to = MAX(near.[Version]),
    @leased_until = MAX(CASE WHEN near.[Attempts] >= 1 THEN near.[Until] END)
FROM (
    SELECT
        change.[SYS_CHANGE_VERSION] AS [Version],
        lease.[_az_func_ChangeVersion] AS [Leased],
        lease.[_az_func_AttemptCount] AS [Attempts],
        lease.[_az_func_LeaseExpirationTime] AS [Until],
        -- Released, or used up: the recovery's.
        CASE
            WHEN lease.[_az_func_AttemptCount] >= {{trigger_attempts}} THEN 1
            WHEN lease.[_az_func_ChangeVersion] >= change.[SYS_CHANGE_VERSION] AND lease.[_az_func_LeaseExpirationTime] IS NULL THEN 1
            ELSE 0
        END AS [Settled]
    FROM CHANGETABLE(CHANGES {{table}}, @base) AS change
    -- A lease of a version that does not exist yet is from another database, as the position is: this change is not taken.
    LEFT JOIN {{leases}} AS lease ON {{lease_of_change}} AND (@ahead = 0 OR lease.[_az_func_ChangeVersion] <= @current)
) AS near;
SET @newest = COALESCE(@read_to, @newest);
SET @mark_rows = @mark_rows + @fresh;

-- What is entered and waits for the trigger all the same: changes below those that were read.
DECLARE @awaited int, @entered_until datetime2(3);
SELECT
    @awaited = COUNT(
        CASE
            WHEN (lease.[_az_func_LeaseExpirationTime] <= @clock OR (lease.[_az_func_LeaseExpirationTime] IS NULL AND lease.[_az_func_ChangeVersion] < entry.[Version]))
                AND lease.[_az_func_AttemptCount] < {{trigger_attempts}}
                AND EXISTS (
                    SELECT 1
                    FROM CHANGETABLE(VERSION {{table}}, ({{key_names}}), ({{keys_of_entry}})) AS tracked
                    WHERE tracked.[SYS_CHANGE_VERSION] >= entry.[Version] AND tracked.[SYS_CHANGE_VERSION] <= @base
                )
                THEN 1
        END
    ),
    @entered_until = MAX(CASE WHEN lease.[_az_func_AttemptCount] >= 1 THEN lease.[_az_func_LeaseExpirationTime] END)
FROM {{soonest_entries}} AS entry
INNER JOIN {{leases}} AS lease ON {{lease_of_entry}};
