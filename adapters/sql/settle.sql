-- Writes a batch's failures into the ledger and closes what is settled; one transaction.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @closings nvarchar(max) = ?, @failures nvarchar(max) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();

-- An exhausted lease row ignores its key's newer changes too: whoever settles a key must reset it. The trigger's own lock
-- comes first, so that locks are always taken in one order.
DECLARE @settled TABLE ([KeyText] nvarchar(700) NOT NULL PRIMARY KEY NONCLUSTERED, [Version] bigint NOT NULL);
INSERT INTO @settled
SELECT [k], [v] FROM OPENJSON(@closings) WITH ([k] nvarchar(700) '$.k', [v] bigint '$.v')
UNION ALL
SELECT [k], [v]
FROM OPENJSON(@failures) WITH ([k] nvarchar(700) '$.k', [v] bigint '$.v', [state] varchar(10) '$.state')
WHERE [state] = 'dead';
IF EXISTS (
    SELECT 1
    FROM {{leases}} AS lease
    INNER JOIN @settled AS settled ON settled.[KeyText] = {{lease_key_text}}
    WHERE lease.[_az_func_AttemptCount] >= 5
)
BEGIN
    {{take_trigger_lock}}
    UPDATE lease
    SET
        [_az_func_AttemptCount] = 0,
        [_az_func_LeaseExpirationTime] =
            CASE WHEN lease.[_az_func_ChangeVersion] <= settled.[Version] THEN NULL ELSE lease.[_az_func_LeaseExpirationTime] END
    FROM {{leases}} AS lease
    INNER JOIN @settled AS settled ON settled.[KeyText] = {{lease_key_text}}
    WHERE lease.[_az_func_AttemptCount] >= 5;
END;

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
