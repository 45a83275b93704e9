-- Writes a batch's failures into the ledger and closes what is settled; one transaction.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @closings nvarchar(max) = ?, @failures nvarchar(max) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();

DECLARE @settled TABLE ([KeyText] nvarchar(700) NOT NULL PRIMARY KEY NONCLUSTERED, [Version] bigint NOT NULL);
INSERT INTO @settled
SELECT [k], [v] FROM OPENJSON(@closings) WITH ([k] nvarchar(700) '$.k', [v] bigint '$.v')
UNION ALL
SELECT [k], [v]
FROM OPENJSON(@failures) WITH ([k] nvarchar(700) '$.k', [v] bigint '$.v', [state] varchar(10) '$.state')
WHERE [state] = 'dead';
{{free_leases}}

MERGE [relay].[Ledger] WITH (HOLDLOCK) AS entry
USING (
    SELECT [k], [v], [state], [status], [reason], [problem]
    FROM OPENJSON(@failures) WITH (
        [k] nvarchar(700) '$.k', [v] bigint '$.v', [state] varchar(10) '$.state', [status] int '$.status',
        [reason] nvarchar(1000) '$.reason', [problem] nvarchar(4000) '$.problem'
    )
) AS failure
ON entry.[App] = @app AND entry.[Relay] = @relay AND entry.[KeyText] = failure.[k]
WHEN MATCHED AND entry.[Version] <= failure.[v] THEN
    UPDATE SET
        [FirstFailedAt] = CASE WHEN entry.[State] = 'open' THEN entry.[FirstFailedAt] ELSE @now END,
        [Version] = failure.[v],
        [State] = failure.[state],
        [Attempts] = entry.[Attempts] + 1,
        [LastTriedAt] = @now,
        [LastStatus] = failure.[status],
        [LastError] = failure.[reason],
        [Problem] = failure.[problem],
        [ToldAt] = NULL
WHEN NOT MATCHED THEN
    INSERT ([App], [Relay], [KeyText], [Version], [State], [Attempts], [FirstFailedAt], [LastTriedAt], [LastStatus], [LastError], [Problem])
    VALUES (@app, @relay, failure.[k], failure.[v], failure.[state], 1, @now, @now, failure.[status], failure.[reason], failure.[problem]);

DELETE entry
FROM [relay].[Ledger] AS entry
INNER JOIN OPENJSON(@closings) WITH ([k] nvarchar(700) '$.k', [v] bigint '$.v') AS closing
    ON entry.[KeyText] = closing.[k] AND entry.[Version] <= closing.[v]
WHERE entry.[App] = @app AND entry.[Relay] = @relay;
