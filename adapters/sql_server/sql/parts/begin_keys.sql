-- Part of enrich, for relays that watch columns or ignore contexts: a crash followed by a change that is filtered must not hide
-- this one. A key can be among the facts twice: from the trigger's payload, and from the leases that are searched for an altered one.
IF @begins = 1
    MERGE [relay].[Ledger] WITH (HOLDLOCK) AS entry
    USING (
        SELECT [KeyText], MAX([Version]) AS [Version]
        FROM @facts
        WHERE [Relevant] = 1 AND [Meets] = 1 AND [Echo] = 0 AND [EntryState] IS NULL
        GROUP BY [KeyText]
    ) AS begun
    ON entry.[App] = @app AND entry.[Relay] = @relay AND entry.[KeyText] = begun.[KeyText]
    WHEN NOT MATCHED THEN
        INSERT ([App], [Relay], [KeyText], [Version], [State], [Why], [Attempts], [FirstFailedAt], [LastTriedAt])
        VALUES (@app, @relay, begun.[KeyText], begun.[Version], 'in_flight', 'begun', 0, @now, @now);
