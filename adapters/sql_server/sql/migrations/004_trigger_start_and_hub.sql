-- What each relay's SQL trigger found when the host started (no process of the app sees that by itself, and every one may be replaced);
-- and an app whose task hub is another's.
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
IF OBJECT_ID(N'[relay].[Hub]', N'U') IS NULL
    CREATE TABLE [relay].[Hub] (
        [App] nvarchar(60) NOT NULL CONSTRAINT [PK_Hub] PRIMARY KEY,
        [Owner] nvarchar(100) NOT NULL,
        [Since] datetime2(3) NOT NULL,
        [Told] bit NOT NULL
    );
