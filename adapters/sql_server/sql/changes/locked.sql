-- What can be said of keys whose rows another transaction has locked, without waiting for it: what the trigger's leases and the ledger know.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @keys nvarchar(max) = ?;
SELECT
    known.[KeyText],
    COALESCE(known.[LeasedVersion], entry.[Version]) AS [Version],
    known.[LeasedVersion],
    known.[Attempt],
    entry.[State] AS [EntryState],
    entry.[Version] AS [EntryVersion],
    entry.[Why] AS [EntryWhy],
    CASE WHEN entry.[OperationVersion] = entry.[Version] THEN entry.[Operation] END AS [EntryOperation],
    entry.[Attempts] AS [EntryTries],
    entry.[TriedVersion] AS [EntryTriedVersion],
    DATEDIFF_BIG(millisecond, entry.[FirstFailedAt], SYSUTCDATETIME()) AS [EntryOpenMs],
    {{known_keys}}
FROM (
    SELECT
        {{lease_or_named_keys}},
        {{lease_or_named_key_text}} AS [KeyText],
        lease.[_az_func_ChangeVersion] AS [LeasedVersion],
        COALESCE(lease.[_az_func_AttemptCount], 0) AS [Attempt]
    FROM OPENJSON(@keys) WITH ([i] int '$.i', {{key_schema}}) AS k
    LEFT JOIN {{leases}} AS lease ON {{lease_join}}
) AS known
LEFT JOIN [relay].[Ledger] AS entry
    ON entry.[App] = @app AND entry.[Relay] = @relay AND entry.[KeyText] = known.[KeyText]
WHERE known.[LeasedVersion] IS NOT NULL OR entry.[Version] IS NOT NULL;
