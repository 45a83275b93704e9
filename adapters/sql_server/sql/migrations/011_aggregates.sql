-- Aggregates: what is known of each, its groups and which of them are dirty, in which group each row was when its change was taken up,
-- and the results, whose changes are relayed. Of texts that a collation takes for the same the first one's group stands for all: `SameAs`.
IF OBJECT_ID(N'[relay].[Aggregate]', N'U') IS NULL
    CREATE TABLE [relay].[Aggregate] (
        [App] nvarchar(60) NOT NULL,
        [Aggregate] nvarchar(40) NOT NULL,
        [GroupBy] nvarchar(max) NOT NULL,
        [Fingerprint] varchar(64) NOT NULL,
        [Backfill] int NOT NULL,
        [Slices] bigint NOT NULL,
        [DueAt] datetime2(3) NOT NULL,
        [Problem] nvarchar(1000) NOT NULL,
        CONSTRAINT [PK_Aggregate] PRIMARY KEY ([App], [Aggregate])
    );
IF OBJECT_ID(N'[relay].[AggregateGroup]', N'U') IS NULL
    CREATE TABLE [relay].[AggregateGroup] (
        [Id] bigint IDENTITY (1, 1) NOT NULL,
        [App] nvarchar(60) NOT NULL,
        [Aggregate] nvarchar(40) NOT NULL,
        [GroupHash] char(64) NOT NULL,
        [GroupText] nvarchar(max) NOT NULL,
        [SameAs] bigint NOT NULL,
        [Version] bigint NOT NULL,
        [Marks] bigint NOT NULL,
        [DirtyAt] datetime2(3) NULL,
        [DirtySince] bigint NULL,
        [Computed] bigint NOT NULL,
        CONSTRAINT [PK_AggregateGroup] PRIMARY KEY ([App], [Aggregate], [GroupHash])
    );
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'[relay].[AggregateGroup]') AND [name] = N'IX_AggregateGroup_Id')
    CREATE UNIQUE INDEX [IX_AggregateGroup_Id] ON [relay].[AggregateGroup] ([Id]);
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'[relay].[AggregateGroup]') AND [name] = N'IX_AggregateGroup_Dirty')
    CREATE INDEX [IX_AggregateGroup_Dirty] ON [relay].[AggregateGroup] ([App], [Aggregate], [DirtyAt]);
IF OBJECT_ID(N'[relay].[AggregateRow]', N'U') IS NULL
    CREATE TABLE [relay].[AggregateRow] (
        [App] nvarchar(60) NOT NULL,
        [Aggregate] nvarchar(40) NOT NULL,
        [KeyText] nvarchar(700) NOT NULL,
        [GroupId] bigint NOT NULL,
        CONSTRAINT [PK_AggregateRow] PRIMARY KEY NONCLUSTERED ([App], [Aggregate], [KeyText])
    );
IF OBJECT_ID(N'[relay].[AggregateResult]', N'U') IS NULL
    CREATE TABLE [relay].[AggregateResult] (
        [Id] bigint NOT NULL,
        [App] nvarchar(60) NOT NULL,
        [Aggregate] nvarchar(40) NOT NULL,
        [Group] nvarchar(max) NOT NULL,
        [Measures] nvarchar(max) NOT NULL,
        [Revision] bigint NOT NULL,
        [Version] bigint NOT NULL,
        [Empty] bit NOT NULL,
        [ComputedAt] datetime2(3) NOT NULL,
        CONSTRAINT [PK_AggregateResult] PRIMARY KEY ([Id])
    );
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'[relay].[AggregateResult]') AND [name] = N'IX_AggregateResult_Aggregate')
    CREATE INDEX [IX_AggregateResult_Aggregate] ON [relay].[AggregateResult] ([App], [Aggregate]);
