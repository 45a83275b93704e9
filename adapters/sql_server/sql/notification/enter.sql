-- Enters a notice for each channel that is to take it, and says where it waits.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @notice nvarchar(220) = ?, @channels nvarchar(max) = ?, @facts nvarchar(max) = ?;
{{enter_notice}}
SELECT [Channel] AS [channel]
FROM [relay].[Notice]
WHERE [App] = @app AND [Notice] = @notice AND [State] = 'waiting';
