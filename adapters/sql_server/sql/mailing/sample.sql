-- One recipient of a mailing, for a test send: the one of that key, or the first.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @mailing nvarchar(60) = ?, @key nvarchar(100) = ?;
SELECT TOP (1) [Key] AS [key], [Fields] AS [fields]
FROM [relay].[Mail]
WHERE [App] = @app AND [Mailing] = @mailing AND (@key = N'' OR [Key] = @key COLLATE Latin1_General_BIN2)
ORDER BY [Key];
