-- The newest mailings, each with how it stands.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @limit int = ?;
SELECT TOP (@limit)
    [Mailing] AS [id],
    [Account] AS [account],
    [State] AS [state],
    [Reason] AS [reason],
    CONVERT(varchar(40), [CreatedAt], 126) AS [created_at],
    CONVERT(varchar(40), [EndsAt], 126) AS [ends_at]
FROM [relay].[Mailing]
WHERE [App] = @app
ORDER BY [CreatedAt] DESC, [Mailing];
