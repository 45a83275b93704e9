-- An address may get mails again; says whether it stood there.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @address nvarchar(254) = ?;
DELETE FROM [relay].[Suppression] WHERE [App] = @app AND [Address] = @address;
SELECT @@ROWCOUNT AS [removed];
