-- Lease rows at their second attempt or later without an entry: an earlier try died before it could settle. A dead letter of an
-- older version is no entry for it.
MERGE [relay].[Ledger] WITH (HOLDLOCK) AS entry
USING (
    SELECT {{lease_key_text}} AS [KeyText], lease.[_az_func_ChangeVersion] AS [Version], lease.[_az_func_AttemptCount] AS [Attempts]
    FROM {{leases}} AS lease
    WHERE lease.[_az_func_AttemptCount] >= 2
) AS unsettled
ON entry.[App] = @app AND entry.[Relay] = @relay AND entry.[KeyText] = unsettled.[KeyText]
WHEN MATCHED AND entry.[State] = 'dead' AND entry.[Version] < unsettled.[Version] THEN
    UPDATE SET
        [State] = 'open', [Version] = unsettled.[Version], [Attempts] = unsettled.[Attempts] - 1, [FirstFailedAt] = SYSUTCDATETIME(),
        [LastTriedAt] = SYSUTCDATETIME(), [ToldAt] = NULL
WHEN NOT MATCHED THEN
    INSERT ([App], [Relay], [KeyText], [Version], [State], [Attempts], [FirstFailedAt], [LastTriedAt], [LastError])
    VALUES (@app, @relay, unsettled.[KeyText], unsettled.[Version], 'open', unsettled.[Attempts] - 1,
            SYSUTCDATETIME(), SYSUTCDATETIME(), N'the batch ended before its result was recorded');
