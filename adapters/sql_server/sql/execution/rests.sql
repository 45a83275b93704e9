-- An execution that was started often and came no further rests until a person resumes it.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @epoch int = ?, @error nvarchar(1000) = ?;
UPDATE [relay].[Execution]
SET [State] = 'stuck', [Error] = @error, [LookAt] = NULL
WHERE [App] = @app AND [Id] = @execution AND [Epoch] = @epoch AND [State] IN ('ready', 'running');
SELECT @@ROWCOUNT AS [rests];
