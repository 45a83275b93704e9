-- Part of what looks at a relay's unsettled entries: the first of them, those that are due soonest.
(
    SELECT TOP ({{most_looked_at}}) soonest.*
    FROM (
        SELECT *
        FROM (
            SELECT TOP ({{most_looked_at}}) [Id], [KeyText], [Version], [FirstFailedAt], [LastTriedAt], [NextTryAt]
            FROM [relay].[Ledger]
            WHERE [App] = @app AND [Relay] = @relay AND [State] = 'open'
            ORDER BY [NextTryAt], [Id]
        ) AS failed
        UNION ALL
        SELECT *
        FROM (
            SELECT TOP ({{most_looked_at}}) [Id], [KeyText], [Version], [FirstFailedAt], [LastTriedAt], [NextTryAt]
            FROM [relay].[Ledger]
            WHERE [App] = @app AND [Relay] = @relay AND [State] = 'held'
            ORDER BY [NextTryAt], [Id]
        ) AS held
    ) AS soonest
    ORDER BY soonest.[NextTryAt], soonest.[Id]
)
