-- Mails of a mailing, along their keys.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @mailing nvarchar(60) = ?, @state varchar(10) = ?, @after nvarchar(100) = ?, @limit int = ?;
SELECT TOP (@limit)
    [Key] AS [key],
    [Address] AS [to],
    [State] AS [status],
    CONVERT(varchar(40), [At], 126) AS [at],
    [Attempt] AS [attempt],
    [ProviderId] AS [provider_id],
    [Reason] AS [reason],
    [Name] AS [mail]
FROM [relay].[Mail]
WHERE [App] = @app
    AND [Mailing] = @mailing
    AND [Key] > @after COLLATE Latin1_General_BIN2
    AND (@state = '' OR [State] = @state)
ORDER BY [Key];
