-- How one mail stands, its mailing, and for how long nothing is due of it.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @mailing nvarchar(60) = ?, @key nvarchar(100) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();
SELECT
    mail.[State] AS [state],
    mail.[Reason] AS [reason],
    mail.[ProviderId] AS [provider_id],
    CASE WHEN mail.[At] > @now THEN DATEDIFF_BIG(millisecond, @now, mail.[At]) ELSE 0 END AS [wait_ms],
    mailing.[State] AS [mailing_state],
    mailing.[Reason] AS [mailing_reason],
    CASE WHEN mailing.[EndsAt] <= @now THEN 1 ELSE 0 END AS [is_over]
FROM [relay].[Mailing] AS mailing
INNER JOIN [relay].[Mail] AS mail ON mail.[App] = mailing.[App] AND mail.[Mailing] = mailing.[Mailing]
WHERE mailing.[App] = @app AND mailing.[Mailing] = @mailing AND mail.[Key] = @key COLLATE Latin1_General_BIN2;
