-- Part of what enters keys whose batch died, merged as `died` into the ledger.
WHEN MATCHED AND entry.[State] = 'dead' AND entry.[Version] < died.[Version] THEN
        UPDATE SET
            [State] = 'open', [Why] = 'died', [Version] = died.[Version], [Operation] = NULL, [Attempts] = died.[Attempts],
            [FirstFailedAt] = @now, [LastTriedAt] = @now, [NextTryAt] = @now, [ToldAt] = NULL
    WHEN NOT MATCHED THEN
        INSERT ([App], [Relay], [KeyText], [Version], [State], [Why], [Attempts], [FirstFailedAt], [LastTriedAt], [NextTryAt], [LastError])
        VALUES (@app, @relay, died.[KeyText], died.[Version], 'open', 'died', died.[Attempts], @now, @now, @now,
                N'the batch ended before its result was recorded');
