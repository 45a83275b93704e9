-- The unsettled entries that the recovery may deliver, least recently tried first; with exhausted ones for a probe.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @limit int = ?, @with_exhausted bit = ?;
{{entries}}
SELECT TOP (@limit) [Id]
FROM @entries
WHERE [Whose] IN ('parked', 'orphaned') OR (@with_exhausted = 1 AND [Whose] = 'exhausted')
ORDER BY [LastTriedAt], [Id];
