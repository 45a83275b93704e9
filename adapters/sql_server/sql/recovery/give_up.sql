-- Makes dead letters of unsettled entries: those whose window is over, or all. Their exhausted lease rows are let go, because
-- they would ignore the rows' newer changes. Whatever the trigger will still try is left to it.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @window_seconds int = ?, @all bit = ?, @reason nvarchar(1000) = ?;
{{take_trigger_lock}}
{{entries}}
DELETE entry
FROM @entries AS entry
LEFT JOIN @leases AS lease ON lease.[KeyText] = entry.[KeyText]
WHERE (entry.[Whose] = 'retrying' AND (@all = 0 OR lease.[Attempts] < {{trigger_attempts}}))
    OR (@all = 0 AND entry.[FirstFailedAt] >= DATEADD(second, -@window_seconds, SYSUTCDATETIME()));
DECLARE @settled TABLE ([KeyText] nvarchar(700) NOT NULL PRIMARY KEY NONCLUSTERED, [Version] bigint NOT NULL);
INSERT INTO @settled
SELECT [KeyText], [Version] FROM @entries;
{{let_leases_go}}
UPDATE entry
SET [State] = 'dead', [Problem] = COALESCE(entry.[Problem], N''), [LastError] = CONCAT(@reason, N'; ', entry.[LastError])
FROM [relay].[Ledger] AS entry
INNER JOIN @entries AS given_up ON given_up.[Id] = entry.[Id];
SELECT @@ROWCOUNT AS [given_up];
