-- Settles a mail that is in doubt: it was sent, or it was not and is sent again; says how it stood, nothing if there is none. A
-- mailing that was done goes on then. Of one whose window is over a mail that was not sent has failed.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @mailing nvarchar(60) = ?, @key nvarchar(100) = ?, @sent bit = ?, @reason nvarchar(1000) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @ends datetime2(3), @state varchar(10), @is_cancelled bit = 0;
SELECT @ends = [EndsAt], @is_cancelled = CASE WHEN [State] = 'cancelled' THEN 1 ELSE 0 END
FROM [relay].[Mailing] WITH (UPDLOCK)
WHERE [App] = @app AND [Mailing] = @mailing;
SELECT @state = {{mail_state}}
FROM [relay].[Mail] WITH (UPDLOCK)
WHERE [App] = @app AND [Mailing] = @mailing AND [Key] = @key COLLATE Latin1_General_BIN2;
IF @state = 'in_doubt'
BEGIN
    UPDATE [relay].[Mail]
    SET
        [State] = CASE WHEN @sent = 1 THEN 'sent' WHEN @ends > @now THEN 'waiting' ELSE 'failed' END,
        [At] = @now,
        [DoubtSince] = NULL,
        [Reason] = @reason
    WHERE [App] = @app AND [Mailing] = @mailing AND [Key] = @key COLLATE Latin1_General_BIN2;
    IF @sent = 0 AND @ends > @now
        UPDATE [relay].[Mailing]
        SET [State] = 'running', [DueAt] = @now
        WHERE [App] = @app AND [Mailing] = @mailing AND [State] = 'done';
END;
SELECT [State] AS [state], @state AS [before]
FROM [relay].[Mail]
WHERE [App] = @app AND [Mailing] = @mailing AND [Key] = @key COLLATE Latin1_General_BIN2;
