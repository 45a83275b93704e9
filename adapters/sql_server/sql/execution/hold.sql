-- Holds a claimed step until the transaction ends, so that what is written in it is written once: `go` if it is this start's and not done,
-- `done` with its result, `over` if it is neither. Who claims it anew meanwhile waits.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @epoch int = ?, @step nvarchar(100) = ?, @visit int = ?;
DECLARE @known int, @done_at datetime2(3), @result nvarchar(max);
SELECT @known = [Epoch], @done_at = [DoneAt], @result = [Result]
FROM [relay].[ExecutionStep] WITH (UPDLOCK, HOLDLOCK)
WHERE [App] = @app AND [Execution] = @execution AND [Step] = @step AND [Visit] = @visit;
SELECT
    CASE
        WHEN @done_at IS NOT NULL THEN 'done'
        WHEN @known = @epoch THEN 'go'
        ELSE 'over'
    END AS [verdict],
    @result AS [result];
