-- Begins one try of a mail, or says why not: stop (the mailing does not run), settled (nothing is to do for it, or not yet), wait (the
-- account is paused, or its next slot far away), pause (a slot was reserved: come again at its time), in_doubt, suppressed, send.
-- An earlier try that has not told what came of it may have been sent: within so many minutes since it may be repeated.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @mailing nvarchar(60) = ?, @account nvarchar(40) = ?, @key nvarchar(100) = ?, @repeat_minutes int = ?,
    @account_interval_us bigint = ?, @mailing_interval_us bigint = ?, @paced bit = ?, @slotted bit = ?, @most_pause_ms int = ?, @lease_ms int = ?,
    @late_ms int = ?;
DECLARE @now datetime2(6) = SYSUTCDATETIME(), @slot datetime2(6), @action varchar(10), @wait_ms bigint = 0, @reason nvarchar(1000) = N'',
    @mailing_state varchar(10), @ends datetime2(3), @paused datetime2(3), @steps int, @next datetime2(6), @mailing_next datetime2(6),
    @state varchar(10), @at datetime2(3), @address nvarchar(254), @begun datetime2(3), @doubt datetime2(3), @paced_since datetime2(6);
-- Between two handfuls of mails the orchestration needs a moment. A slot that was missed by no more is still taken, for the rate would
-- otherwise never be reached; whoever comes later has been idle, and begins anew: nothing is saved up.
SET @paced_since = DATEADD(millisecond, -@late_ms, @now);
-- The account always comes first, so that no two statements wait for each other; it is one try after the other that reserves a slot.
SELECT @paused = [PausedUntil], @next = [NextSlotAt], @steps = [Steps], @reason = [Reason]
FROM [relay].[MailAccount] WITH (UPDLOCK)
WHERE [App] = @app AND [Account] = @account;
SELECT @mailing_state = [State], @ends = [EndsAt], @mailing_next = [NextSlotAt]
FROM [relay].[Mailing] WITH (UPDLOCK)
WHERE [App] = @app AND [Mailing] = @mailing;
SELECT @state = [State], @at = [At], @address = [Address], @begun = [BegunAt], @doubt = [DoubtSince]
FROM [relay].[Mail] WITH (UPDLOCK)
WHERE [App] = @app AND [Mailing] = @mailing AND [Key] = @key COLLATE Latin1_General_BIN2;
IF @state = 'sending'
    SET @doubt = COALESCE(@doubt, @begun);

IF @mailing_state IS NULL OR @mailing_state <> 'running' OR @ends <= @now
    SET @action = 'stop';
ELSE IF @state IS NULL OR @state NOT IN ('waiting', 'sending') OR @at > @now
    SET @action = 'settled';
ELSE IF @doubt IS NOT NULL AND DATEDIFF(minute, @doubt, @now) >= @repeat_minutes
    SET @action = 'in_doubt';
ELSE IF EXISTS (SELECT 1 FROM [relay].[Suppression] WHERE [App] = @app AND [Address] = LOWER(@address))
    SET @action = CASE WHEN @doubt IS NULL THEN 'suppressed' ELSE 'in_doubt' END;
ELSE IF @paused > @now
BEGIN
    SET @action = 'wait';
    SET @wait_ms = DATEDIFF_BIG(millisecond, @now, @paused) + 1;
END;
ELSE
BEGIN
    IF @paced = 0 AND @mailing_interval_us > 0
    BEGIN
        SET @slot = CASE WHEN @mailing_next > @paced_since THEN @mailing_next ELSE @now END;
        IF @slot <= DATEADD(millisecond, @most_pause_ms, @now)
        BEGIN
            UPDATE [relay].[Mailing]
            SET [NextSlotAt] = DATEADD(microsecond, @mailing_interval_us % 1000000, DATEADD(second, @mailing_interval_us / 1000000, @slot))
            WHERE [App] = @app AND [Mailing] = @mailing;
            SET @paced = 1;
        END;
    END;
    ELSE
        SET @paced = 1;
    IF @paced = 1 AND (@slot IS NULL OR @slot <= @now) AND @slotted = 0
    BEGIN
        SET @slot = CASE WHEN @next > @paced_since THEN @next ELSE @now END;
        IF @slot <= DATEADD(millisecond, @most_pause_ms, @now)
        BEGIN
            UPDATE [relay].[MailAccount]
            SET [NextSlotAt] = DATEADD(microsecond, @account_interval_us % 1000000, DATEADD(second, @account_interval_us / 1000000, @slot))
            WHERE [App] = @app AND [Account] = @account;
            SET @slotted = 1;
        END;
    END;
    IF @slot > @now
    BEGIN
        SET @wait_ms = DATEDIFF_BIG(millisecond, @now, @slot) + 1;
        SET @action = CASE WHEN @wait_ms > @most_pause_ms + 1 THEN 'wait' ELSE 'pause' END;
        SET @reason = N'the rate';
    END;
    ELSE
        SET @action = 'send';
END;

IF @action IN ('in_doubt', 'suppressed')
    UPDATE [relay].[Mail]
    SET
        [State] = @action,
        [At] = @now,
        [DoubtSince] = @doubt,
        [Reason] = CASE WHEN @action = 'in_doubt' THEN N'a try has not told what came of it' ELSE N'' END
    WHERE [App] = @app AND [Mailing] = @mailing AND [Key] = @key COLLATE Latin1_General_BIN2;
IF @action = 'send'
    UPDATE [relay].[Mail]
    SET
        [State] = 'sending',
        [At] = DATEADD(millisecond, @lease_ms, @now),
        [Attempt] = [Attempt] + 1,
        [BegunAt] = @now,
        [DoubtSince] = @doubt
    WHERE [App] = @app AND [Mailing] = @mailing AND [Key] = @key COLLATE Latin1_General_BIN2;
SELECT
    @action AS [action],
    @wait_ms AS [wait_ms],
    @reason AS [reason],
    @paced AS [paced],
    @slotted AS [slotted],
    @steps AS [steps];
SELECT [Address] AS [to], [Fields] AS [fields], [Name] AS [mail], [Attempt] AS [attempt]
FROM [relay].[Mail]
WHERE [App] = @app AND [Mailing] = @mailing AND [Key] = @key COLLATE Latin1_General_BIN2 AND @action = 'send';
