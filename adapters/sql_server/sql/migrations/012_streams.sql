-- Aggregates over events: how each shard of a stream stands, the events that wait to be applied, which events were seen, and the windows.
-- Results are rows of AggregateResult, whose numbers of groups count upwards: those of windows are even and negative, those of events
-- that came too late odd and negative.
IF OBJECT_ID(N'[relay].[StreamShard]', N'U') IS NULL
    CREATE TABLE [relay].[StreamShard] (
        [App] nvarchar(60) NOT NULL,
        [Stream] nvarchar(40) NOT NULL,
        [Shard] int NOT NULL,
        [Definition] nvarchar(max) NOT NULL,
        [Time] datetime2(3) NOT NULL,
        [Accepted] bigint NOT NULL,
        [Applied] bigint NOT NULL,
        [Duplicates] bigint NOT NULL,
        [Late] bigint NOT NULL,
        [Slices] bigint NOT NULL,
        [DueAt] datetime2(3) NOT NULL,
        [Problem] nvarchar(1000) NOT NULL,
        CONSTRAINT [PK_StreamShard] PRIMARY KEY ([App], [Stream], [Shard])
    );
IF OBJECT_ID(N'[relay].[StreamEvent]', N'U') IS NULL
    CREATE TABLE [relay].[StreamEvent] (
        [Number] bigint IDENTITY (1, 1) NOT NULL,
        [App] nvarchar(60) NOT NULL,
        [Stream] nvarchar(40) NOT NULL,
        [Shard] int NOT NULL,
        [AcceptedAt] datetime2(3) NOT NULL,
        [Body] nvarchar(max) NOT NULL,
        CONSTRAINT [PK_StreamEvent] PRIMARY KEY ([App], [Stream], [Shard], [Number])
    );
IF OBJECT_ID(N'[relay].[StreamSeen]', N'U') IS NULL
    CREATE TABLE [relay].[StreamSeen] (
        [Number] bigint IDENTITY (1, 1) NOT NULL,
        [App] nvarchar(60) NOT NULL,
        [Stream] nvarchar(40) NOT NULL,
        [EventHash] char(64) NOT NULL,
        [KeepUntil] datetime2(3) NOT NULL,
        CONSTRAINT [PK_StreamSeen] PRIMARY KEY ([App], [Stream], [EventHash])
    );
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'[relay].[StreamSeen]') AND [name] = N'IX_StreamSeen_Kept')
    CREATE INDEX [IX_StreamSeen_Kept] ON [relay].[StreamSeen] ([App], [Stream], [KeepUntil]);
IF OBJECT_ID(N'[relay].[StreamWindow]', N'U') IS NULL
    CREATE TABLE [relay].[StreamWindow] (
        [Id] bigint IDENTITY (1, 1) NOT NULL,
        [App] nvarchar(60) NOT NULL,
        [Stream] nvarchar(40) NOT NULL,
        [Shard] int NOT NULL,
        [GroupHash] char(64) NOT NULL,
        [OriginAt] datetime2(3) NOT NULL,
        [GroupText] nvarchar(max) NOT NULL,
        [Group] nvarchar(max) NOT NULL,
        [StartAt] datetime2(3) NOT NULL,
        [EndAt] datetime2(3) NOT NULL,
        [KeepUntil] datetime2(3) NOT NULL,
        [Events] bigint NOT NULL,
        [States] nvarchar(max) NOT NULL,
        [Measures] nvarchar(max) NOT NULL,
        [Window] nvarchar(max) NOT NULL,
        [Closed] bit NOT NULL,
        [EarlyAt] datetime2(3) NULL,
        [DueAt] datetime2(3) NULL,
        CONSTRAINT [PK_StreamWindow] PRIMARY KEY ([App], [Stream], [GroupHash], [OriginAt])
    );
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'[relay].[StreamWindow]') AND [name] = N'IX_StreamWindow_Id')
    CREATE UNIQUE INDEX [IX_StreamWindow_Id] ON [relay].[StreamWindow] ([Id]);
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'[relay].[StreamWindow]') AND [name] = N'IX_StreamWindow_Due')
    CREATE INDEX [IX_StreamWindow_Due] ON [relay].[StreamWindow] ([App], [Stream], [Shard], [DueAt]);
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'[relay].[StreamWindow]') AND [name] = N'IX_StreamWindow_Kept')
    CREATE INDEX [IX_StreamWindow_Kept] ON [relay].[StreamWindow] ([App], [Stream], [Shard], [KeepUntil]);
IF COL_LENGTH(N'relay.AggregateResult', N'Window') IS NULL
    ALTER TABLE [relay].[AggregateResult] ADD [Window] nvarchar(max) NULL, [Closed] bit NULL;
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'[relay].[AggregateResult]') AND [name] = N'IX_AggregateResult_Computed')
    CREATE INDEX [IX_AggregateResult_Computed] ON [relay].[AggregateResult] ([App], [Aggregate], [ComputedAt]);
