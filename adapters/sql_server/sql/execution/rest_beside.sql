-- Whether others of the same family rest already: its parent, its branches or items, or those beside it. People know of it then.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?;
DECLARE @parent nvarchar(100) = (SELECT [Parent] FROM [relay].[Execution] WHERE [App] = @app AND [Id] = @execution);
SELECT COUNT(*) AS [resting]
FROM [relay].[Execution]
WHERE [App] = @app AND [State] = 'stuck' AND [Id] <> @execution
    AND ([Id] = @parent OR [Parent] = @execution OR (@parent <> N'' AND [Parent] = @parent));
