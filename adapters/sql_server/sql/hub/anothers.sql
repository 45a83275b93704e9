-- Writes down that an app's task hub is another's, and says since when.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @owner nvarchar(100) = ?;
MERGE [relay].[Hub] WITH (HOLDLOCK) AS known
USING (SELECT @app AS [App]) AS looked
ON known.[App] = looked.[App]
WHEN MATCHED AND known.[Owner] <> @owner THEN
    UPDATE SET [Owner] = @owner, [Since] = SYSUTCDATETIME(), [Told] = 0
WHEN NOT MATCHED THEN
    INSERT ([App], [Owner], [Since], [Told]) VALUES (@app, @owner, SYSUTCDATETIME(), 0);
SELECT CONVERT(varchar(40), [Since], 126) AS [since]
FROM [relay].[Hub]
WHERE [App] = @app;
