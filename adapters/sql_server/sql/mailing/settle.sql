-- What a try of a mail came to; a pause that the provider asked for, for all of its account; and if it refuses the account, the pause of
-- the mailing, and that people are told. A try that is told late, of a mail that was taken for in doubt, settles it all the same; if the
-- mail waits again by that, a mailing that was done goes on.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @mailing nvarchar(60) = ?, @account nvarchar(40) = ?, @key nvarchar(100) = ?, @attempt int = ?,
    @state varchar(10) = ?, @reason nvarchar(1000) = ?, @provider_id nvarchar(200) = ?, @wait_ms bigint = ?, @doubtful bit = ?,
    @pause_ms bigint = ?, @steps int = ?, @refused bit = ?, @notice nvarchar(220) = ?, @channels nvarchar(max) = ?, @facts nvarchar(max) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @until datetime2(3), @mailing_state varchar(10);
{{pause_account}}
-- Who ends the mailing meanwhile waits, and then finds the mail.
SELECT @mailing_state = [State]
FROM [relay].[Mailing] WITH (UPDLOCK)
WHERE [App] = @app AND [Mailing] = @mailing;
IF @refused = 1
BEGIN
    UPDATE [relay].[Mailing]
    SET [State] = 'paused', [Reason] = @reason
    WHERE [App] = @app AND [Mailing] = @mailing AND [State] = 'running';
    IF @@ROWCOUNT = 1 -- of several mails that are refused at once the first one tells
    BEGIN
        {{enter_notice}}
    END;
END;
UPDATE [relay].[Mail]
SET
    [State] = @state,
    [At] = CASE WHEN @state = 'waiting' THEN DATEADD(millisecond, @wait_ms % 1000, DATEADD(second, @wait_ms / 1000, @now)) ELSE @now END,
    [DoubtSince] = CASE
        WHEN @state NOT IN ('waiting', 'in_doubt') THEN NULL
        WHEN @doubtful = 1 THEN COALESCE([DoubtSince], [BegunAt])
        WHEN [DoubtSince] < [BegunAt] THEN [DoubtSince] -- an earlier try's: of this one it is known now
    END,
    [ProviderId] = @provider_id,
    [Reason] = CASE WHEN @state = 'sent' THEN N'' ELSE @reason END
WHERE [App] = @app
    AND [Mailing] = @mailing
    AND [Key] = @key COLLATE Latin1_General_BIN2
    AND [Attempt] = @attempt
    AND [State] IN ('sending', 'in_doubt');
IF @@ROWCOUNT = 1 AND @state = 'waiting' AND @mailing_state = 'done'
    UPDATE [relay].[Mailing]
    SET [State] = 'running', [DueAt] = @now
    WHERE [App] = @app AND [Mailing] = @mailing;
