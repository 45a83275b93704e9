-- Remembers why a shard's events cannot be applied, for those who ask.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @stream nvarchar(40) = ?, @shard int = ?, @problem nvarchar(1000) = ?;
UPDATE [relay].[StreamShard] SET [Problem] = @problem WHERE [App] = @app AND [Stream] = @stream AND [Shard] = @shard;
