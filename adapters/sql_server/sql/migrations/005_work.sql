-- What durable instances are to do, so that any of them may be lost: notices by channel, replays of dead letters; how often one was
-- started anew. NULL: written by an older release, unknown.
IF OBJECT_ID(N'[relay].[Notice]', N'U') IS NULL
    CREATE TABLE [relay].[Notice] (
        [App] nvarchar(60) NOT NULL,
        [Notice] nvarchar(220) NOT NULL,
        [Channel] nvarchar(60) NOT NULL,
        [State] varchar(10) NOT NULL,
        [Facts] nvarchar(max) NOT NULL,
        [Tries] int NOT NULL,
        [Error] nvarchar(1000) NOT NULL,
        [EnteredAt] datetime2(3) NOT NULL,
        [NextTryAt] datetime2(3) NOT NULL,
        [EndedAt] datetime2(3) NULL,
        CONSTRAINT [PK_Notice] PRIMARY KEY ([App], [Notice], [Channel])
    );
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'[relay].[Notice]') AND [name] = N'IX_Notice_Due')
    CREATE INDEX [IX_Notice_Due] ON [relay].[Notice] ([App], [State], [NextTryAt]);
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'[relay].[Notice]') AND [name] = N'IX_Notice_Ended')
    CREATE INDEX [IX_Notice_Ended] ON [relay].[Notice] ([App], [EndedAt]);
IF OBJECT_ID(N'[relay].[Replay]', N'U') IS NULL
    CREATE TABLE [relay].[Replay] (
        [App] nvarchar(60) NOT NULL,
        [Relay] nvarchar(40) NOT NULL,
        [Number] int NOT NULL,
        [State] varchar(10) NOT NULL,
        [Selection] nvarchar(400) NOT NULL,
        [Cursor] bigint NOT NULL,
        [Total] int NOT NULL,
        [Done] int NOT NULL,
        [Delivered] int NOT NULL,
        [Rejected] int NOT NULL,
        [Failed] int NOT NULL,
        [Step] int NOT NULL,
        [AskedForSeconds] float NULL,
        [Error] nvarchar(1000) NOT NULL,
        [StartedAt] datetime2(3) NOT NULL,
        [DueAt] datetime2(3) NOT NULL,
        CONSTRAINT [PK_Replay] PRIMARY KEY ([App], [Relay])
    );
IF COL_LENGTH(N'[relay].[Backfill]', N'DueAt') IS NULL
    ALTER TABLE [relay].[Backfill] ADD [DueAt] datetime2(3) NULL;
IF OBJECT_ID(N'[relay].[Restart]', N'U') IS NULL
    CREATE TABLE [relay].[Restart] (
        [App] nvarchar(60) NOT NULL,
        [Instance] nvarchar(300) NOT NULL,
        [Mark] nvarchar(200) NOT NULL,
        [Restarts] int NOT NULL,
        [Since] datetime2(3) NOT NULL,
        [RestartedAt] datetime2(3) NOT NULL,
        [Error] nvarchar(1000) NOT NULL,
        CONSTRAINT [PK_Restart] PRIMARY KEY ([App], [Instance])
    );
