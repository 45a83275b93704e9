-- Writes down that a page is done, unless somebody was faster or the backfill is another one by now.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @number int = ?, @from nvarchar(max) = ?, @to nvarchar(max) = ?, @done bigint = ?,
    @delivered bigint = ?, @filtered bigint = ?, @rejected bigint = ?, @failed bigint = ?, @over bit = ?;
UPDATE [relay].[Backfill]
SET
    [Cursor] = @to,
    [Done] = [Done] + @done,
    [Delivered] = [Delivered] + @delivered,
    [Filtered] = [Filtered] + @filtered,
    [Rejected] = [Rejected] + @rejected,
    [Failed] = [Failed] + @failed,
    [State] = CASE WHEN @over = 1 THEN 'done' ELSE [State] END,
    [UpdatedAt] = SYSUTCDATETIME()
WHERE [App] = @app AND [Relay] = @relay AND [Number] = @number AND [Cursor] = @from AND [State] IN ('running', 'paused');
