-- To whom a mail went that was sent over an account.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @account nvarchar(40) = ?, @mail char(32) = ?;
SELECT TOP (1) mail.[Address] AS [address], mail.[Mailing] AS [mailing]
FROM [relay].[Mail] AS mail
INNER JOIN [relay].[Mailing] AS mailing
    ON mailing.[App] = mail.[App] AND mailing.[Mailing] = mail.[Mailing] AND mailing.[Account] = @account
WHERE mail.[App] = @app AND mail.[Name] = @mail;
