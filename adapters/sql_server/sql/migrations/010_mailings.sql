-- Mailings, their mails, who gets none any more, and how the accounts stand over which they go. Of a mail [At] is the moment that counts
-- in its state: waiting: not before it; sending: until then the try may be under way; else: since when it is so.
IF OBJECT_ID(N'[relay].[Mailing]', N'U') IS NULL
    CREATE TABLE [relay].[Mailing] (
        [App] nvarchar(60) NOT NULL,
        [Mailing] nvarchar(60) NOT NULL,
        [Account] nvarchar(40) NOT NULL,
        [State] varchar(10) NOT NULL,
        [Reason] nvarchar(1000) NOT NULL,
        [Content] nvarchar(max) NOT NULL,
        [Fingerprint] char(64) NOT NULL,
        [Slices] int NOT NULL,
        [NextSlotAt] datetime2(6) NOT NULL,
        [CreatedAt] datetime2(3) NOT NULL,
        [EndsAt] datetime2(3) NOT NULL,
        [DueAt] datetime2(3) NOT NULL,
        CONSTRAINT [PK_Mailing] PRIMARY KEY ([App], [Mailing])
    );
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'[relay].[Mailing]') AND [name] = N'IX_Mailing_Due')
    CREATE INDEX [IX_Mailing_Due] ON [relay].[Mailing] ([App], [State], [DueAt]);
IF OBJECT_ID(N'[relay].[Mail]', N'U') IS NULL
    CREATE TABLE [relay].[Mail] (
        [App] nvarchar(60) NOT NULL,
        [Mailing] nvarchar(60) NOT NULL,
        [Key] nvarchar(100) COLLATE Latin1_General_BIN2 NOT NULL,
        [Position] int NOT NULL,
        [Name] char(32) NOT NULL,
        [Address] nvarchar(254) NOT NULL,
        [Fields] nvarchar(max) NOT NULL,
        [State] varchar(10) NOT NULL,
        [At] datetime2(3) NOT NULL,
        [Attempt] int NOT NULL,
        [BegunAt] datetime2(3) NULL,
        [DoubtSince] datetime2(3) NULL,
        [ProviderId] nvarchar(200) NOT NULL,
        [Reason] nvarchar(1000) NOT NULL,
        CONSTRAINT [PK_Mail] PRIMARY KEY ([App], [Mailing], [Key])
    );
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'[relay].[Mail]') AND [name] = N'IX_Mail_At')
    CREATE INDEX [IX_Mail_At] ON [relay].[Mail] ([App], [Mailing], [State], [At], [Position]);
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'[relay].[Mail]') AND [name] = N'IX_Mail_Name')
    CREATE INDEX [IX_Mail_Name] ON [relay].[Mail] ([App], [Name]);
IF OBJECT_ID(N'[relay].[Suppression]', N'U') IS NULL
    CREATE TABLE [relay].[Suppression] (
        [App] nvarchar(60) NOT NULL,
        [Address] nvarchar(254) NOT NULL,
        [Why] nvarchar(200) NOT NULL,
        [Since] datetime2(3) NOT NULL,
        CONSTRAINT [PK_Suppression] PRIMARY KEY ([App], [Address])
    );
IF OBJECT_ID(N'[relay].[MailAccount]', N'U') IS NULL
    CREATE TABLE [relay].[MailAccount] (
        [App] nvarchar(60) NOT NULL,
        [Account] nvarchar(40) NOT NULL,
        [PausedUntil] datetime2(3) NULL,
        [Reason] nvarchar(1000) NOT NULL,
        [Steps] int NOT NULL,
        [NextSlotAt] datetime2(6) NOT NULL,
        CONSTRAINT [PK_MailAccount] PRIMARY KEY ([App], [Account])
    );
