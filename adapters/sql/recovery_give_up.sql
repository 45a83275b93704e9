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
WHERE (entry.[Whose] = 'retrying' AND (@all = 0 OR lease.[Attempts] < 5))
    OR (@all = 0 AND entry.[FirstFailedAt] >= DATEADD(second, -@window_seconds, SYSUTCDATETIME()));
UPDATE lease
SET
    [_az_func_AttemptCount] = 0,
    [_az_func_LeaseExpirationTime] =
        CASE WHEN lease.[_az_func_ChangeVersion] <= entry.[Version] THEN NULL ELSE lease.[_az_func_LeaseExpirationTime] END
FROM {{leases}} AS lease
INNER JOIN @entries AS entry ON entry.[KeyText] = {{lease_key_text}}
WHERE lease.[_az_func_AttemptCount] >= 5;
UPDATE entry
SET [State] = 'dead', [Problem] = COALESCE(entry.[Problem], N''), [LastError] = CONCAT(@reason, N'; ', entry.[LastError])
FROM [relay].[Ledger] AS entry
INNER JOIN @entries AS given_up ON given_up.[Id] = entry.[Id];
SELECT @@ROWCOUNT AS [given_up];
