-- What a mailing's worker needs to know: its order, how its account stands, the next slots of both, the next mails that are due, when the
-- soonest of the others is, and the doubts that are old enough to be asked about.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @mailing nvarchar(60) = ?, @limit int = ?, @doubt_minutes int = ?, @doubts int = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();
SELECT
    mailing.[State] AS [state],
    mailing.[Account] AS [account],
    mailing.[Content] AS [content],
    CASE WHEN account.[PausedUntil] > @now THEN DATEDIFF_BIG(millisecond, @now, account.[PausedUntil]) ELSE 0 END AS [paused_ms],
    account.[Reason] AS [paused_reason],
    DATEDIFF_BIG(millisecond, @now, account.[NextSlotAt]) AS [account_slot_ms],
    DATEDIFF_BIG(millisecond, @now, mailing.[NextSlotAt]) AS [mailing_slot_ms],
    DATEDIFF_BIG(millisecond, @now, mailing.[EndsAt]) AS [window_ms],
    (
        SELECT DATEDIFF_BIG(millisecond, @now, MIN(soonest.[At]))
        FROM (
            SELECT MIN([At]) AS [At]
            FROM [relay].[Mail]
            WHERE [App] = @app AND [Mailing] = @mailing AND [State] = 'waiting'
            UNION ALL
            SELECT MIN([At])
            FROM [relay].[Mail]
            WHERE [App] = @app AND [Mailing] = @mailing AND [State] = 'sending'
        ) AS soonest
    ) AS [next_ms],
    (
        SELECT DATEDIFF_BIG(millisecond, @now, DATEADD(minute, @doubt_minutes, MIN([At])))
        FROM [relay].[Mail]
        WHERE [App] = @app AND [Mailing] = @mailing AND [State] = 'in_doubt'
    ) AS [doubt_ms]
FROM [relay].[Mailing] AS mailing
INNER JOIN [relay].[MailAccount] AS account ON account.[App] = mailing.[App] AND account.[Account] = mailing.[Account]
WHERE mailing.[App] = @app AND mailing.[Mailing] = @mailing;

SELECT TOP (@limit) [Key] AS [key]
FROM [relay].[Mail]
WHERE [App] = @app AND [Mailing] = @mailing AND [State] IN ('sending', 'waiting') AND [At] <= @now
ORDER BY [At], [Position];

SELECT TOP (@doubts) [Key] AS [key], [Name] AS [mail], [Attempt] AS [attempt]
FROM [relay].[Mail]
WHERE [App] = @app AND [Mailing] = @mailing AND [State] = 'in_doubt' AND [At] <= DATEADD(minute, -@doubt_minutes, @now)
ORDER BY [At];
