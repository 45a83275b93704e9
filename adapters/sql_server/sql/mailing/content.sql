-- What was ordered.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @mailing nvarchar(60) = ?;
SELECT [Content] AS [content]
FROM [relay].[Mailing]
WHERE [App] = @app AND [Mailing] = @mailing;
