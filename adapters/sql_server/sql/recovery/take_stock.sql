-- What is not settled in one relay, in whose hands it is, and how far its recovery has come; takes over what batches that died had
-- begun, and begins the recovery's row.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @window_seconds int = ?, @first_interval_ms int = ?, @works bit = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();

{{take_over_begun}}
{{entries}}
-- What the trigger has, it has for a minute: meanwhile others are looked at.
UPDATE entry
SET [NextTryAt] = DATEADD(minute, 1, @now)
FROM [relay].[Ledger] AS entry
INNER JOIN @entries AS taken ON taken.[Id] = entry.[Id]
WHERE taken.[Whose] = 'retrying' AND (taken.[NextTryAt] IS NULL OR taken.[NextTryAt] <= @now);
{{dead_letters_told}}
IF (@untold > 0 OR EXISTS (SELECT 1 FROM @entries))
    AND NOT EXISTS (SELECT 1 FROM [relay].[Recovery] WITH (HOLDLOCK) WHERE [App] = @app AND [Relay] = @relay)
    INSERT INTO [relay].[Recovery] ([App], [Relay], [Since], [Rounds], [Step], [NextDueAt], [Told], [CommandNumber])
    SELECT @app, @relay, COALESCE(MIN([FirstFailedAt]), @now), 0, 0, DATEADD(millisecond, @first_interval_ms, @now), N'[]', 0
    FROM @entries;

-- A sign of life of the recovery, for the watchdog; who only looks gives none.
UPDATE [relay].[Recovery]
SET [WorkedAt] = @now
WHERE [App] = @app AND [Relay] = @relay AND @works = 1;
{{situation}}
