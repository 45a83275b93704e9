-- Forgets that an app's task hub was another's.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?;
IF EXISTS (SELECT 1 FROM [relay].[Hub] WHERE [App] = @app)
    DELETE FROM [relay].[Hub]
    WHERE [App] = @app;
