-- How a notice stands at a channel; no row: an older release has started it.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @notice nvarchar(220) = ?, @channel nvarchar(60) = ?;
SELECT [State] AS [state], [Tries] AS [tries], [Error] AS [error]
FROM [relay].[Notice]
WHERE [App] = @app AND [Notice] = @notice AND [Channel] = @channel;
