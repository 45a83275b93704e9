-- Remembers what people need not be told again.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @told nvarchar(400) = ?;
UPDATE [relay].[Position]
SET [Told] = @told
WHERE [App] = @app AND [Relay] = @relay;
UPDATE [relay].[TriggerStart]
SET [Told] = @told
WHERE [App] = @app AND [Relay] = @relay AND [AwaitedSince] IS NOT NULL;
