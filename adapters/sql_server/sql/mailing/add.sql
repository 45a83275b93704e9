-- Adds recipients to a mailing that is being loaded; a key that it has already stays as it is.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @mailing nvarchar(60) = ?, @recipients nvarchar(max) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();
INSERT INTO [relay].[Mail] (
    [App], [Mailing], [Key], [Position], [Name], [Address], [Fields], [State], [At], [Attempt], [ProviderId], [Reason]
)
SELECT @app, @mailing, told.[Key], told.[Position], told.[Name], told.[Address], told.[Fields], told.[State], @now, 0, N'', told.[Reason]
FROM OPENJSON(@recipients) WITH (
    [Key] nvarchar(100) '$.key', [Position] int '$.position', [Name] char(32) '$.name', [Address] nvarchar(254) '$.address',
    [Fields] nvarchar(max) '$.fields', [State] varchar(10) '$.state', [Reason] nvarchar(1000) '$.reason'
) AS told
WHERE EXISTS (SELECT 1 FROM [relay].[Mailing] WHERE [App] = @app AND [Mailing] = @mailing AND [State] IN ('loading', 'querying'))
    AND NOT EXISTS (
        SELECT 1
        FROM [relay].[Mail] AS known WITH (UPDLOCK, HOLDLOCK)
        WHERE known.[App] = @app AND known.[Mailing] = @mailing AND known.[Key] = told.[Key] COLLATE Latin1_General_BIN2
    );
