-- Part of what learns that a provider asks for time: nothing is sent over the account before that, by whichever mailing.
SET @until = DATEADD(millisecond, @pause_ms % 1000, DATEADD(second, @pause_ms / 1000, SYSUTCDATETIME()));
UPDATE [relay].[MailAccount]
SET
    [PausedUntil] = CASE WHEN @until IS NULL OR [PausedUntil] > @until THEN [PausedUntil] ELSE @until END,
    [Reason] = CASE WHEN @until IS NULL OR [PausedUntil] > @until THEN [Reason] ELSE @reason END,
    [Steps] = @steps
WHERE [App] = @app AND [Account] = @account AND (@until IS NOT NULL OR [Steps] <> @steps);
