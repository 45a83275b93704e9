-- What the guard remembers of a relay whose change tracking cannot be asked; writes nothing.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?;
{{outlook_untracked}}
