-- Writes down how an execution has ended, once, and where; says what waits behind it, which siblings find a place now, and whose branches
-- or items are all over by it.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @epoch int = ?, @state varchar(10) = ?, @result nvarchar(max) = ?, @error nvarchar(1000) = ?,
    @position nvarchar(max) = ?, @history nvarchar(max) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @subject nvarchar(100), @failed int = CASE WHEN @state = 'completed' THEN 0 ELSE 1 END;
UPDATE [relay].[Execution]
SET @subject = [Subject], [State] = @state, [Result] = @result, [Error] = @error, [EndedAt] = @now, [LookAt] = NULL
WHERE [App] = @app AND [Id] = @execution AND [Epoch] = @epoch AND [State] = 'running';
{{keep_position}}
{{next_execution}}
{{end_child}}
