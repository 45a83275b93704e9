-- Nothing is sent to an address any more; one that stands there stays as it is.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @address nvarchar(254) = ?, @why nvarchar(200) = ?;
INSERT INTO [relay].[Suppression] ([App], [Address], [Why], [Since])
SELECT @app, @address, @why, SYSUTCDATETIME()
WHERE NOT EXISTS (SELECT 1 FROM [relay].[Suppression] WITH (UPDLOCK, HOLDLOCK) WHERE [App] = @app AND [Address] = @address);
SELECT @@ROWCOUNT AS [added];
