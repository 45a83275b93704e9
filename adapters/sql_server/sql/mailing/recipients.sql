-- Mails of a mailing, along their keys; a try that has died with a mailing that was cancelled is in doubt.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @mailing nvarchar(60) = ?, @state varchar(10) = ?, @after nvarchar(100) = ?, @limit int = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @is_cancelled bit = 0;
SELECT @is_cancelled = 1 FROM [relay].[Mailing] WHERE [App] = @app AND [Mailing] = @mailing AND [State] = 'cancelled';
SELECT TOP (@limit)
    [Key] AS [key],
    [Address] AS [to],
    {{mail_state}} AS [status],
    CONVERT(varchar(40), [At], 126) AS [at],
    [Attempt] AS [attempt],
    [ProviderId] AS [provider_id],
    [Reason] AS [reason],
    [Name] AS [mail]
FROM [relay].[Mail]
WHERE [App] = @app
    AND [Mailing] = @mailing
    AND [Key] > @after COLLATE Latin1_General_BIN2
    AND (@state = '' OR {{mail_state}} = @state)
ORDER BY [Key];
