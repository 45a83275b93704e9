-- Writes a mailing down, its recipients to follow (loading: with requests; querying: by its worker), unless one of its id is there; says how it stands, and by which fingerprint.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @mailing nvarchar(60) = ?, @account nvarchar(40) = ?, @content nvarchar(max) = ?, @fingerprint char(64) = ?,
    @window_minutes int = ?, @state varchar(10) = ?;
DECLARE @now datetime2(6) = SYSUTCDATETIME();
INSERT INTO [relay].[MailAccount] ([App], [Account], [PausedUntil], [Reason], [Steps], [NextSlotAt])
SELECT @app, @account, NULL, N'', 0, @now
WHERE NOT EXISTS (SELECT 1 FROM [relay].[MailAccount] WITH (UPDLOCK, HOLDLOCK) WHERE [App] = @app AND [Account] = @account);
INSERT INTO [relay].[Mailing] (
    [App], [Mailing], [Account], [State], [Reason], [Content], [Fingerprint], [Slices], [NextSlotAt], [CreatedAt], [EndsAt], [DueAt]
)
SELECT @app, @mailing, @account, @state, N'', @content, @fingerprint, 0, @now, @now, DATEADD(minute, @window_minutes, @now), @now
WHERE NOT EXISTS (SELECT 1 FROM [relay].[Mailing] WITH (UPDLOCK, HOLDLOCK) WHERE [App] = @app AND [Mailing] = @mailing);
SELECT [State] AS [state], [Fingerprint] AS [fingerprint]
FROM [relay].[Mailing]
WHERE [App] = @app AND [Mailing] = @mailing;
