-- Writes a batch's failures into the ledger and closes what is settled; one transaction.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @closings nvarchar(max) = ?, @failures nvarchar(max) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();

-- An exhausted lease row ignores its key's newer changes too: closing the key must reset it. The trigger's own lock comes
-- first, so that locks are always taken in one order.
IF EXISTS (
    SELECT 1
    FROM {{leases}} AS lease
    INNER JOIN OPENJSON(@closings) WITH ([k] nvarchar(700) '$.k') AS closing ON closing.[k] = {{lease_key_text}}
    WHERE lease.[_az_func_AttemptCount] >= 5
)
BEGIN
    DECLARE @granted int;
    EXEC @granted = sys.sp_getapplock @Resource = N'_az_func_Trigger', @LockMode = 'Exclusive',
        @LockOwner = 'Transaction', @LockTimeout = 5000;
    IF @granted < 0
        THROW 51000, N'the lock of the SQL trigger was not granted within 5 seconds', 1;
    UPDATE lease
    SET
        [_az_func_AttemptCount] = 0,
        [_az_func_LeaseExpirationTime] =
            CASE WHEN lease.[_az_func_ChangeVersion] <= closing.[v] THEN NULL ELSE lease.[_az_func_LeaseExpirationTime] END
    FROM {{leases}} AS lease
    INNER JOIN OPENJSON(@closings) WITH ([k] nvarchar(700) '$.k', [v] bigint '$.v') AS closing ON closing.[k] = {{lease_key_text}}
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
        [Problem] = failure.[problem]
WHEN NOT MATCHED THEN
    INSERT ([App], [Relay], [KeyText], [Version], [State], [Attempts], [FirstFailedAt], [LastTriedAt], [LastStatus], [LastError], [Problem])
    VALUES (@app, @relay, failure.[k], failure.[v], failure.[state], 1, @now, @now, failure.[status], failure.[reason], failure.[problem]);

DELETE entry
FROM [relay].[Ledger] AS entry
INNER JOIN OPENJSON(@closings) WITH ([k] nvarchar(700) '$.k', [v] bigint '$.v') AS closing
    ON entry.[KeyText] = closing.[k] AND entry.[Version] <= closing.[v]
WHERE entry.[App] = @app AND entry.[Relay] = @relay;
