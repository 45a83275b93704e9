-- Writes down how an execution has ended, once, and makes ready what waits behind it; says what that is.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @epoch int = ?, @state varchar(10) = ?, @result nvarchar(max) = ?, @error nvarchar(1000) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @subject nvarchar(100);
UPDATE [relay].[Execution]
SET @subject = [Subject], [State] = @state, [Result] = @result, [Error] = @error, [EndedAt] = @now, [LookAt] = NULL
WHERE [App] = @app AND [Id] = @execution AND [Epoch] = @epoch AND [State] = 'running';
{{next_execution}}
