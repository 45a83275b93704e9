-- Forgets that the endpoint asked for time, and that nothing was to be sent that had failed before.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?;
UPDATE [relay].[Standing]
SET [PausedUntil] = NULL, [FirstTryUntil] = NULL, [AskedSeconds] = NULL, [HeldBackUntil] = NULL
WHERE [App] = @app AND [Relay] = @relay;
