-- Remembers that people were told of an app's task hub.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?;
UPDATE [relay].[Hub]
SET [Told] = 1
WHERE [App] = @app;
