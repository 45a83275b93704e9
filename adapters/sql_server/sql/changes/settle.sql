-- Writes down what a batch has left: failures into the ledger, what is settled out of it, and how the endpoint stands; one
-- transaction, without any lock of the trigger's.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @closings nvarchar(max) = ?, @failures nvarchar(max) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();

-- A failure that was not tried anew stays one, with its window; it only waits. What nobody can send ends all the same.
UPDATE entry
SET [NextTryAt] = {{next_try}}, [LastError] = COALESCE(entry.[LastError], failure.[reason])
FROM [relay].[Ledger] AS entry
INNER JOIN OPENJSON(@failures) WITH (
    [k] nvarchar(700) '$.k', [v] bigint '$.v', [state] varchar(10) '$.state', [sent] bit '$.sent', [next_ms] bigint '$.next_ms',
    [reason] nvarchar(1000) '$.reason'
) AS failure ON entry.[KeyText] = failure.[k] AND entry.[Version] = failure.[v]
WHERE entry.[App] = @app AND entry.[Relay] = @relay AND entry.[State] = 'open' AND failure.[sent] = 0 AND failure.[state] <> 'dead';

MERGE [relay].[Ledger] WITH (HOLDLOCK) AS entry
USING (
    SELECT [k], [v], [state], [why], [operation], [spelled], [sent], [next_ms], [status], [reason], [problem]
    FROM OPENJSON(@failures) WITH (
        [k] nvarchar(700) '$.k', [v] bigint '$.v', [state] varchar(10) '$.state', [why] varchar(12) '$.why',
        [operation] varchar(6) '$.operation', [spelled] nvarchar(1000) '$.spelled', [sent] bit '$.sent', [next_ms] bigint '$.next_ms', [status] int '$.status',
        [reason] nvarchar(1000) '$.reason', [problem] nvarchar(4000) '$.problem'
    )
) AS failure
ON entry.[App] = @app AND entry.[Relay] = @relay AND entry.[KeyText] = failure.[k]
-- The window runs from each version's first failure, which the death of its batch is not; the age of what is held from when it was
-- held first.
WHEN MATCHED AND entry.[Version] <= failure.[v]
    AND NOT (entry.[State] = 'open' AND entry.[Version] = failure.[v] AND failure.[sent] = 0 AND failure.[state] <> 'dead') THEN
    UPDATE SET
        [FirstFailedAt] = CASE
            WHEN entry.[Version] = failure.[v] AND ((entry.[State] = 'open' AND entry.[Why] <> 'died') OR (entry.[State] = 'held' AND failure.[state] = 'held')) THEN entry.[FirstFailedAt]
            ELSE @now
        END,
        [Attempts] = CASE WHEN entry.[Version] = failure.[v] THEN entry.[Attempts] ELSE 0 END + failure.[sent],
        [TriedVersion] = CASE WHEN failure.[sent] = 1 THEN failure.[v] ELSE entry.[TriedVersion] END,
        [Version] = failure.[v],
        [State] = failure.[state],
        [Why] = failure.[why],
        [Operation] = failure.[operation],
        [OperationVersion] = failure.[v],
        [Spelled] = failure.[spelled],
        [LastTriedAt] = @now,
        [NextTryAt] = {{next_try}},
        [LastStatus] = failure.[status],
        [LastError] = failure.[reason],
        [Problem] = failure.[problem],
        [ToldAt] = NULL
WHEN NOT MATCHED THEN
    INSERT (
        [App], [Relay], [KeyText], [Version], [State], [Why], [Operation], [OperationVersion], [Spelled], [TriedVersion], [Attempts], [FirstFailedAt], [LastTriedAt],
        [NextTryAt], [LastStatus], [LastError], [Problem]
    )
    VALUES (
        @app, @relay, failure.[k], failure.[v], failure.[state], failure.[why], failure.[operation], failure.[v], failure.[spelled],
        CASE WHEN failure.[sent] = 1 THEN failure.[v] END, failure.[sent], @now, @now,
        {{next_try}}, failure.[status], failure.[reason], failure.[problem]
    );

DELETE entry
FROM [relay].[Ledger] AS entry
INNER JOIN OPENJSON(@closings) WITH ([k] nvarchar(700) '$.k', [v] bigint '$.v') AS closing
    ON entry.[KeyText] = closing.[k] AND entry.[Version] <= closing.[v]
WHERE entry.[App] = @app AND entry.[Relay] = @relay;
