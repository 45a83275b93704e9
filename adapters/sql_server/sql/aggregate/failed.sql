-- Remembers why an aggregate cannot be computed, for those who ask.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @aggregate nvarchar(40) = ?, @problem nvarchar(1000) = ?;
UPDATE [relay].[Aggregate] SET [Problem] = @problem WHERE [App] = @app AND [Aggregate] = @aggregate;
