-- The addresses to which nothing is sent, in their order.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @after nvarchar(254) = ?, @limit int = ?;
SELECT TOP (@limit) [Address] AS [address], [Why] AS [why], CONCAT(CONVERT(varchar(40), [Since], 126), 'Z') AS [since]
FROM [relay].[Suppression]
WHERE [App] = @app AND [Address] > @after
ORDER BY [Address];
