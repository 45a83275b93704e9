-- Executions that a newer version has replaced, whose orchestrations may still wait; each is told once.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @limit int = ?;
WITH [gone] AS (
    SELECT TOP (@limit) [Id], [Epoch], [LookAt]
    FROM [relay].[Execution]
    WHERE [App] = @app AND [State] = 'replaced' AND [LookAt] IS NOT NULL
    ORDER BY [LookAt]
)
UPDATE [gone] SET [LookAt] = NULL OUTPUT inserted.[Id] AS [id], inserted.[Epoch] AS [epoch];
