-- What the guard remembers of a relay whose change tracking cannot be asked. Nobody knows what changes meanwhile: once it can be
-- asked again, tracking counts as begun anew.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?;
UPDATE [relay].[Position]
SET [BeginVersion] = -1
WHERE [App] = @app AND [Relay] = @relay;
{{outlook_untracked}}
