-- Part of enrich: keys at their second attempt or later without an entry. An earlier try died before it could settle; a dead letter
-- of an older version is no entry for it.
IF @begins = 1 AND EXISTS (
    SELECT 1 FROM @facts WHERE [Attempt] >= 2 AND ([EntryState] IS NULL OR ([EntryState] = 'dead' AND [EntryVersion] < [LeasedVersion]))
)
BEGIN
    MERGE [relay].[Ledger] WITH (HOLDLOCK) AS entry
    USING (
        SELECT [KeyText], MAX([LeasedVersion]) AS [Version], MAX([Attempt]) - 1 AS [Attempts]
        FROM @facts
        WHERE [Attempt] >= 2 AND ([EntryState] IS NULL OR ([EntryState] = 'dead' AND [EntryVersion] < [LeasedVersion]))
        GROUP BY [KeyText]
    ) AS died
    ON entry.[App] = @app AND entry.[Relay] = @relay AND entry.[KeyText] = died.[KeyText]
    {{as_died}}
    UPDATE @facts
    SET
        [EntryTries] = [Attempt] - 1, [EntryVersion] = [LeasedVersion], [EntryWhy] = 'died', [EntryOperation] = NULL,
        [EntryTriedVersion] = CASE WHEN [EntryState] IS NULL THEN NULL ELSE [EntryTriedVersion] END, [EntryOpenMs] = 0,
        [EntryState] = 'open'
    WHERE [Attempt] >= 2 AND ([EntryState] IS NULL OR ([EntryState] = 'dead' AND [EntryVersion] < [LeasedVersion]));
END;
