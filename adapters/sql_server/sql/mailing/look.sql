-- A mailing as it stands: its order, how its account stands, and how many of its mails are in each state. A try that has died with the
-- mailing, which was cancelled, is in doubt here: no worker comes that would write it down.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @mailing nvarchar(60) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @is_cancelled bit = 0;
SELECT @is_cancelled = 1 FROM [relay].[Mailing] WHERE [App] = @app AND [Mailing] = @mailing AND [State] = 'cancelled';
SELECT
    mailing.[Mailing] AS [id],
    mailing.[Account] AS [account],
    mailing.[State] AS [state],
    mailing.[Reason] AS [reason],
    mailing.[Content] AS [content],
    CONVERT(varchar(40), mailing.[CreatedAt], 126) AS [created_at],
    CONVERT(varchar(40), mailing.[EndsAt], 126) AS [ends_at],
    CASE WHEN account.[PausedUntil] > @now THEN CONVERT(varchar(40), account.[PausedUntil], 126) END AS [paused_until],
    CASE WHEN account.[PausedUntil] > @now THEN DATEDIFF_BIG(millisecond, @now, account.[PausedUntil]) ELSE 0 END AS [paused_ms],
    account.[Reason] AS [paused_reason],
    account.[Steps] AS [steps]
FROM [relay].[Mailing] AS mailing
INNER JOIN [relay].[MailAccount] AS account ON account.[App] = mailing.[App] AND account.[Account] = mailing.[Account]
WHERE mailing.[App] = @app AND mailing.[Mailing] = @mailing;

-- Each mail is counted once, in a state that it had while this was read: they are read along the primary key, where a mail keeps its place whatever
-- becomes of it. Along the index of states, which is narrower, a mail that changes its state meanwhile would be met twice or never, unless the
-- database reads versions of rows (READ_COMMITTED_SNAPSHOT, which Azure SQL has by default); HOLDLOCK there would keep off who sends.
SELECT
    mail.[State] AS [state],
    COUNT(*) AS [mails],
    COUNT(CASE WHEN mail.[At] > DATEADD(second, -60, @now) THEN 1 END) AS [in_the_last_minute]
FROM (
    SELECT {{mail_state}} AS [State], [At]
    FROM [relay].[Mail] WITH (INDEX ([PK_Mail]))
    WHERE [App] = @app AND [Mailing] = @mailing
) AS mail
GROUP BY mail.[State];
