-- Writes down up to which migration an app's tables have come.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @version int = ?;
MERGE [relay].[Schema] WITH (HOLDLOCK) AS known
USING (SELECT @app AS [App]) AS told
ON known.[App] = told.[App]
WHEN MATCHED AND known.[Version] < @version THEN
    UPDATE SET [Version] = @version, [MigratedAt] = SYSUTCDATETIME()
WHEN NOT MATCHED THEN
    INSERT ([App], [Version], [MigratedAt]) VALUES (@app, @version, SYSUTCDATETIME());
