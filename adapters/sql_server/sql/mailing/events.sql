-- What a provider's events say of mails: sent settles what is not known to have been; failed also what was sent, as a bounce does. Who
-- complains or wants no more gets none any more. Says how many mails it concerns.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @account nvarchar(40) = ?, @events nvarchar(max) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();
DECLARE @told TABLE ([Name] char(32) NOT NULL, [Says] varchar(10) NOT NULL, [Reason] nvarchar(200) NOT NULL);
INSERT INTO @told ([Name], [Says], [Reason])
SELECT event.[Name], event.[Says], event.[Reason]
FROM OPENJSON(@events) WITH ([Name] char(32) '$.mail', [Says] varchar(10) '$.says', [Reason] nvarchar(200) '$.reason') AS event;
INSERT INTO [relay].[Suppression] ([App], [Address], [Why], [Since])
SELECT @app, LOWER(mail.[Address]), MIN(told.[Reason]), @now
FROM @told AS told
INNER JOIN [relay].[Mail] AS mail ON mail.[App] = @app AND mail.[Name] = told.[Name]
INNER JOIN [relay].[Mailing] AS mailing
    ON mailing.[App] = @app AND mailing.[Mailing] = mail.[Mailing] AND mailing.[Account] = @account
WHERE told.[Says] = 'no more'
    AND NOT EXISTS (
        SELECT 1
        FROM [relay].[Suppression] AS known WITH (UPDLOCK, HOLDLOCK)
        WHERE known.[App] = @app AND known.[Address] = LOWER(mail.[Address])
    )
GROUP BY LOWER(mail.[Address]);
UPDATE mail
SET [State] = 'sent', [At] = @now, [DoubtSince] = NULL, [Reason] = N'the provider has told so'
FROM [relay].[Mail] AS mail
INNER JOIN [relay].[Mailing] AS mailing
    ON mailing.[App] = mail.[App] AND mailing.[Mailing] = mail.[Mailing] AND mailing.[Account] = @account
WHERE mail.[App] = @app
    AND (mail.[State] IN ('sending', 'in_doubt') OR (mail.[State] = 'waiting' AND mail.[DoubtSince] IS NOT NULL))
    AND mail.[Name] IN (SELECT told.[Name] FROM @told AS told WHERE told.[Says] IN ('sent', 'no more'));
UPDATE mail
SET
    [State] = 'failed',
    [At] = @now,
    [DoubtSince] = NULL,
    [Reason] = (SELECT MIN(told.[Reason]) FROM @told AS told WHERE told.[Says] = 'failed' AND told.[Name] = mail.[Name])
FROM [relay].[Mail] AS mail
INNER JOIN [relay].[Mailing] AS mailing
    ON mailing.[App] = mail.[App] AND mailing.[Mailing] = mail.[Mailing] AND mailing.[Account] = @account
WHERE mail.[App] = @app
    AND (mail.[State] IN ('sent', 'sending', 'in_doubt') OR (mail.[State] = 'waiting' AND mail.[DoubtSince] IS NOT NULL))
    AND mail.[Name] IN (SELECT told.[Name] FROM @told AS told WHERE told.[Says] = 'failed');
SELECT COUNT(DISTINCT told.[Name]) AS [mails]
FROM @told AS told
WHERE EXISTS (SELECT 1 FROM [relay].[Mail] AS mail WHERE mail.[App] = @app AND mail.[Name] = told.[Name]);
