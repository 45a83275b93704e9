-- What each relay's SQL trigger found when the host started: no process of the app sees that by itself, and every one may be replaced.
IF OBJECT_ID(N'[relay].[TriggerStart]', N'U') IS NULL
    CREATE TABLE [relay].[TriggerStart] (
        [App] nvarchar(60) NOT NULL,
        [Relay] nvarchar(40) NOT NULL,
        [HostStart] nvarchar(200) NOT NULL,
        [TableId] int NULL,
        [Columns] nvarchar(max) NOT NULL,
        [ChangedAt] bigint NULL,
        [AwaitedSince] datetime2(3) NULL,
        [Told] nvarchar(400) NOT NULL,
        CONSTRAINT [PK_TriggerStart] PRIMARY KEY ([App], [Relay])
    );
