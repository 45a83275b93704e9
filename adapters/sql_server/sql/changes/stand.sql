-- Writes down what a delivery has shown of the endpoint. A value that is NULL is nothing new; a pause of 0 is over, and was tried.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @away bit = ?, @pause_ms bigint = ?, @asked_seconds bigint = ?, @hold_back_ms bigint = ?,
    @reason nvarchar(300) = ?, @refusal_status int = ?, @refusals int = ?, @refuses_all bit = ?, @first_interval_ms int = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @was_away bit = 0;
IF NOT EXISTS (SELECT 1 FROM [relay].[Standing] WITH (UPDLOCK, HOLDLOCK) WHERE [App] = @app AND [Relay] = @relay)
    INSERT INTO [relay].[Standing] ([App], [Relay], [Refusals]) VALUES (@app, @relay, 0);
SELECT @was_away = CASE WHEN [AwaySince] IS NULL THEN 0 ELSE 1 END FROM [relay].[Standing] WHERE [App] = @app AND [Relay] = @relay;
UPDATE [relay].[Standing]
SET
    [AwaySince] = CASE WHEN @away = 0 THEN NULL WHEN @away = 1 THEN COALESCE([AwaySince], @now) ELSE [AwaySince] END,
    [BackAt] = CASE WHEN @away = 0 AND @was_away = 1 THEN @now ELSE [BackAt] END,
    [PausedUntil] = CASE
        WHEN @pause_ms IS NULL THEN [PausedUntil]
        WHEN @pause_ms = 0 THEN NULL
        ELSE DATEADD(millisecond, @pause_ms % 1000, DATEADD(second, @pause_ms / 1000, @now))
    END,
    [FirstTryUntil] = CASE WHEN @pause_ms IS NULL THEN [FirstTryUntil] END,
    [AskedSeconds] = CASE WHEN @pause_ms IS NULL THEN [AskedSeconds] ELSE @asked_seconds END,
    [HeldBackUntil] = CASE
        WHEN @away = 0 THEN NULL
        WHEN @hold_back_ms IS NULL THEN [HeldBackUntil]
        ELSE DATEADD(millisecond, @hold_back_ms % 1000, DATEADD(second, @hold_back_ms / 1000, @now))
    END,
    [Reason] = CASE WHEN @reason = N'' THEN [Reason] ELSE @reason END,
    [RefusedSince] = CASE
        WHEN @refusals IS NULL THEN [RefusedSince]
        WHEN @refusals = 0 THEN NULL
        WHEN [RefusalStatus] = @refusal_status THEN COALESCE([RefusedSince], @now)
        ELSE @now
    END,
    [RefusalStatus] = CASE WHEN @refusals IS NULL THEN [RefusalStatus] ELSE @refusal_status END,
    [Refusals] = COALESCE(@refusals, [Refusals])
WHERE [App] = @app AND [Relay] = @relay;
-- The turn, either way, begins the recovery's intervals anew: everything that failed while the endpoint was away is due when it is
-- back, and an outage that begins is looked at soon, however long some row's own trouble has lasted.
UPDATE [relay].[Recovery]
SET [Step] = 0, [NextDueAt] = CASE WHEN @away = 0 THEN @now ELSE DATEADD(millisecond, @first_interval_ms, @now) END
WHERE [App] = @app AND [Relay] = @relay AND @away <> @was_away;
-- So many refusals in a row are the endpoint's fault: what it had refused of late is no dead letter.
UPDATE entry
SET [State] = 'open', [Why] = 'failed', [NextTryAt] = @now, [ToldAt] = NULL
FROM [relay].[Ledger] AS entry
INNER JOIN [relay].[Standing] AS standing ON standing.[App] = entry.[App] AND standing.[Relay] = entry.[Relay]
WHERE @refuses_all = 1 AND entry.[App] = @app AND entry.[Relay] = @relay AND entry.[State] = 'dead'
    AND entry.[LastStatus] = @refusal_status AND entry.[LastTriedAt] >= DATEADD(second, -1, standing.[RefusedSince]);
