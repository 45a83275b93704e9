-- Part of the guard's look: what follows from it. Up to which version everything is settled, since when changes wait, and since when
-- the trigger has taken nothing.
DECLARE @known_to bigint = @done, @caught_up bit = 0, @told_apart bit = CASE WHEN @gap = 0 AND @ahead = 0 AND @halted = 0 THEN 1 ELSE 0 END;
IF @crowded = 0
BEGIN
    IF @told_apart = 1
    BEGIN
        SET @done = CASE WHEN @first_unsettled IS NULL THEN @current WHEN @first_unsettled - 1 > @done THEN @first_unsettled - 1 ELSE @done END;
        SET @caught_up = CASE WHEN @first_unsettled IS NULL THEN 1 ELSE 0 END;
    END;
    -- Who has come on by little that is left may find the rest as short at the next look.
    SET @above = CASE WHEN @done > @known_to AND @unsettled <= {{most_looked_at}} THEN 0 ELSE @read END;
    SET @known_to = @done;
END
ELSE
BEGIN
    SET @above = @above + @fresh;
    SET @caught_up = CASE WHEN @told_apart = 1 AND @untaken = 0 THEN 1 ELSE 0 END;
    SET @known_to = CASE WHEN @untaken = 0 THEN @current WHEN @taken_to > @known_to THEN @taken_to ELSE @known_to END;
END;

-- The mark is the version that was current at an earlier look: once everything up to it is taken, so is all that was committed before
-- that look. A quarter of an hour later it is settled too, or entered: no batch runs for so long.
IF @told_apart = 1
BEGIN
    IF @mark <= @known_to
    BEGIN
        SET @reached_at = COALESCE(@reached_at, @now);
        SET @caught_up_at = CASE WHEN @mark_at > @caught_up_at THEN @mark_at ELSE @caught_up_at END;
    END;
    IF @crowded = 1 AND @reached_at <= DATEADD(minute, -15, @now) AND @mark > @done
        SELECT @done = @mark, @above = @mark_rows;
    IF @mark IS NULL OR @mark > @current OR @mark <= @done
        SELECT @mark = @current, @mark_at = @now, @mark_rows = 0, @reached_at = NULL;
    -- More exactly, where the login may know when a version was committed; that is rounded to the minute.
    IF @caught_up = 0 AND HAS_PERMS_BY_NAME(DB_NAME(), N'DATABASE', N'VIEW DATABASE STATE') = 1
        SELECT @caught_up_at = DATEADD(second, -30, [commit_time])
        FROM sys.dm_tran_commit_table
        WHERE [commit_ts] = @known_to AND [commit_time] > DATEADD(second, 30, @caught_up_at);
END;
IF @caught_up = 1
    SET @caught_up_at = @now;

-- A lease that was taken, or prolonged, runs for a minute; what others have reset counts no attempt. A position that has moved is
-- work too, and among much that waits a failure that is new.
DECLARE @worked_at datetime2(3) = DATEADD(
    second,
    DATEDIFF(second, @clock, @now) - {{trigger_lease_seconds}},
    CASE WHEN @leased_until IS NULL OR @entered_until > @leased_until THEN @entered_until ELSE @leased_until END
);
IF @crowded = 1
    SELECT TOP (1) @worked_at = CASE WHEN (@worked_at IS NULL OR [FirstFailedAt] > @worked_at) AND [Why] <> 'died' THEN [FirstFailedAt] ELSE @worked_at END
    FROM [relay].[Ledger]
    WHERE [App] = @app AND [Relay] = @relay AND [State] = 'open'
    ORDER BY [FirstFailedAt] DESC, [Id] DESC;
-- What waits now may have come a moment ago if all was at rest at the last look: looks can be far apart.
SET @work_since = CASE
    WHEN @untaken + @awaited = 0 OR @work IS NULL OR (@work <> N'rest' AND @work <> CONVERT(nvarchar(20), @position)) OR @worked_at > @now THEN @now
    WHEN @worked_at > @work_since THEN @worked_at
    WHEN @work = N'rest' THEN @now
    ELSE @work_since
END;
SET @work = CASE
    WHEN @untaken + @awaited = 0 AND (@leased_until IS NULL OR @leased_until <= @clock) AND (@entered_until IS NULL OR @entered_until <= @clock) THEN N'rest'
    ELSE COALESCE(CONVERT(nvarchar(20), @position), N'')
END;
