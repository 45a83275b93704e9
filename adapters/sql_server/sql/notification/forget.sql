-- Forgets a notice at a channel that has ended, and how often whoever sent it was started anew.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @notice nvarchar(220) = ?, @channel nvarchar(60) = ?, @instance nvarchar(300) = ?;
DELETE FROM [relay].[Restart]
WHERE [App] = @app AND [Instance] = @instance;
DELETE FROM [relay].[Notice]
WHERE [App] = @app AND [Notice] = @notice AND [Channel] = @channel AND [EndedAt] IS NOT NULL;
