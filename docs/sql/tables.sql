-- The relay's own tables, for who may create tables where the app's login may not. It brings the tables of every earlier release up
-- to this one, may be repeated, and may run while the app runs. Write the app's name into the last batch; run that batch once
-- for every app of the database. Made from adapters/sql_server/sql: python -m adapters.sql_server.migrations prints it.
-- The relay's own tables, as release 0.1.0 has them: failure ledger, recoveries, backfills, positions.
IF SCHEMA_ID(N'relay') IS NULL
    EXEC (N'CREATE SCHEMA [relay]');
IF OBJECT_ID(N'[relay].[Ledger]', N'U') IS NULL
    CREATE TABLE [relay].[Ledger] (
        [Id] bigint IDENTITY (1, 1) NOT NULL CONSTRAINT [PK_Ledger] PRIMARY KEY,
        [App] nvarchar(60) NOT NULL,
        [Relay] nvarchar(40) NOT NULL,
        [KeyText] nvarchar(700) NOT NULL,
        [Version] bigint NOT NULL,
        [State] varchar(10) NOT NULL,
        [Attempts] int NOT NULL,
        [FirstFailedAt] datetime2(3) NOT NULL,
        [LastTriedAt] datetime2(3) NOT NULL,
        [LastStatus] int NULL,
        [LastError] nvarchar(1000) NULL,
        [Problem] nvarchar(4000) NULL,
        [ToldAt] datetime2(3) NULL,
        CONSTRAINT [UQ_Ledger] UNIQUE ([App], [Relay], [KeyText])
    );
IF OBJECT_ID(N'[relay].[Recovery]', N'U') IS NULL
    CREATE TABLE [relay].[Recovery] (
        [App] nvarchar(60) NOT NULL,
        [Relay] nvarchar(40) NOT NULL,
        [Since] datetime2(3) NOT NULL,
        [Rounds] int NOT NULL,
        [Step] int NOT NULL,
        [NextDueAt] datetime2(3) NOT NULL,
        [Told] nvarchar(400) NOT NULL,
        [Command] varchar(10) NULL,
        [CommandNumber] int NOT NULL,
        CONSTRAINT [PK_Recovery] PRIMARY KEY ([App], [Relay])
    );
IF OBJECT_ID(N'[relay].[Backfill]', N'U') IS NULL
    CREATE TABLE [relay].[Backfill] (
        [App] nvarchar(60) NOT NULL,
        [Relay] nvarchar(40) NOT NULL,
        [Number] int NOT NULL,
        [State] varchar(10) NOT NULL,
        [Reason] nvarchar(100) NOT NULL,
        [Condition] nvarchar(max) NOT NULL,
        [PageRows] int NOT NULL,
        [RowsPerSecond] float NOT NULL,
        [BaseVersion] bigint NOT NULL,
        [Cursor] nvarchar(max) NOT NULL,
        [Total] bigint NOT NULL,
        [Done] bigint NOT NULL,
        [Delivered] bigint NOT NULL,
        [Filtered] bigint NOT NULL,
        [Rejected] bigint NOT NULL,
        [Failed] bigint NOT NULL,
        [StartedAt] datetime2(3) NOT NULL,
        [UpdatedAt] datetime2(3) NOT NULL,
        CONSTRAINT [PK_Backfill] PRIMARY KEY ([App], [Relay])
    );
IF OBJECT_ID(N'[relay].[Position]', N'U') IS NULL
    CREATE TABLE [relay].[Position] (
        [App] nvarchar(60) NOT NULL,
        [Relay] nvarchar(40) NOT NULL,
        [TableId] int NOT NULL,
        [BeginVersion] bigint NULL,
        [CaughtUpTo] bigint NOT NULL,
        [CaughtUpAt] datetime2(3) NOT NULL,
        [Work] nvarchar(200) NOT NULL,
        [WorkSince] datetime2(3) NOT NULL,
        [Told] nvarchar(400) NOT NULL,
        CONSTRAINT [PK_Position] PRIMARY KEY ([App], [Relay])
    );
IF COL_LENGTH(N'[relay].[Position]', N'BeginVersion') IS NULL
    ALTER TABLE [relay].[Position] ADD [BeginVersion] bigint NULL;
GO
-- Up to which migration each app's tables have come: releases after 0.1.0 look before they work.
IF OBJECT_ID(N'[relay].[Schema]', N'U') IS NULL
    CREATE TABLE [relay].[Schema] (
        [App] nvarchar(60) NOT NULL CONSTRAINT [PK_Schema] PRIMARY KEY,
        [Version] int NOT NULL,
        [MigratedAt] datetime2(3) NOT NULL
    );
GO
-- What an entry of the ledger knows of itself, and how each relay's endpoint stands. NULL: written by an older release, unknown.
IF COL_LENGTH(N'[relay].[Ledger]', N'Why') IS NULL
    ALTER TABLE [relay].[Ledger] ADD
        [Why] varchar(12) NULL,
        [Operation] varchar(6) NULL,
        [OperationVersion] bigint NULL,
        [TriedVersion] bigint NULL,
        [Spelled] nvarchar(1000) NULL,
        [NextTryAt] datetime2(3) NULL,
        [GivenBackVersion] bigint NULL;
IF COL_LENGTH(N'[relay].[Recovery]', N'WorkedAt') IS NULL
    ALTER TABLE [relay].[Recovery] ADD [WorkedAt] datetime2(3) NULL;
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'[relay].[Ledger]') AND [name] = N'IX_Ledger_Due')
    CREATE INDEX [IX_Ledger_Due] ON [relay].[Ledger] ([App], [Relay], [State], [NextTryAt], [Id]);
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'[relay].[Ledger]') AND [name] = N'IX_Ledger_Failed')
    CREATE INDEX [IX_Ledger_Failed] ON [relay].[Ledger] ([App], [Relay], [State], [FirstFailedAt], [Id]);
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'[relay].[Ledger]') AND [name] = N'IX_Ledger_Tried')
    CREATE INDEX [IX_Ledger_Tried] ON [relay].[Ledger] ([App], [Relay], [State], [LastTriedAt], [Id]);
IF OBJECT_ID(N'[relay].[Standing]', N'U') IS NULL
    CREATE TABLE [relay].[Standing] (
        [App] nvarchar(60) NOT NULL,
        [Relay] nvarchar(40) NOT NULL,
        [PausedUntil] datetime2(3) NULL,
        [HeldBackUntil] datetime2(3) NULL,
        [Reason] nvarchar(300) NULL,
        [AwaySince] datetime2(3) NULL,
        [BackAt] datetime2(3) NULL,
        [RefusalStatus] int NULL,
        [Refusals] int NOT NULL,
        [RefusedSince] datetime2(3) NULL,
        CONSTRAINT [PK_Standing] PRIMARY KEY ([App], [Relay])
    );
GO
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
GO
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
GO
-- What a look of the guard knows of the changes above the version up to which everything is settled, so that no look reads them all.
IF COL_LENGTH(N'[relay].[Position]', N'Newest') IS NULL
    ALTER TABLE [relay].[Position] ADD
        [Newest] bigint NULL,
        [Above] int NULL,
        [MarkVersion] bigint NULL,
        [MarkAt] datetime2(3) NULL,
        [MarkRows] int NULL,
        [ReachedAt] datetime2(3) NULL;
GO
-- After an endpoint's pause one change is tried before all are let through: until when somebody is at it; and for how long the endpoint
-- asked, if that is longer than is obeyed.
IF COL_LENGTH(N'[relay].[Standing]', N'FirstTryUntil') IS NULL
    ALTER TABLE [relay].[Standing] ADD
        [FirstTryUntil] datetime2(3) NULL,
        [AskedSeconds] bigint NULL;
GO
-- What workflows are started for, so that none is lost and none runs twice: executions, the results of their steps, and the events
-- that they wait for. `Subject`: executions of one subject follow each other; `Epoch`: the how-manieth start of its subject.
IF OBJECT_ID(N'[relay].[Execution]', N'U') IS NULL
    CREATE TABLE [relay].[Execution] (
        [App] nvarchar(60) NOT NULL,
        [Id] nvarchar(100) NOT NULL,
        [Workflow] nvarchar(40) NOT NULL,
        [Relay] nvarchar(40) NOT NULL,
        [Subject] nvarchar(100) NOT NULL,
        [KeyText] nvarchar(700) NOT NULL,
        [Version] bigint NOT NULL,
        [Input] nvarchar(max) NOT NULL,
        [State] varchar(10) NOT NULL,
        [Epoch] int NOT NULL,
        [Steps] int NOT NULL,
        [Result] nvarchar(max) NULL,
        [Error] nvarchar(1000) NOT NULL,
        [EnteredAt] datetime2(3) NOT NULL,
        [BegunAt] datetime2(3) NULL,
        [DueAt] datetime2(3) NOT NULL,
        [LookAt] datetime2(3) NULL,
        [EndedAt] datetime2(3) NULL,
        CONSTRAINT [PK_Execution] PRIMARY KEY ([App], [Id])
    );
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'[relay].[Execution]') AND [name] = N'IX_Execution_Subject')
    CREATE INDEX [IX_Execution_Subject] ON [relay].[Execution] ([App], [Subject], [EndedAt]);
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'[relay].[Execution]') AND [name] = N'IX_Execution_Epoch')
    CREATE INDEX [IX_Execution_Epoch] ON [relay].[Execution] ([App], [Subject], [Epoch]);
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'[relay].[Execution]') AND [name] = N'IX_Execution_Look')
    CREATE INDEX [IX_Execution_Look] ON [relay].[Execution] ([App], [State], [LookAt]);
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'[relay].[Execution]') AND [name] = N'IX_Execution_Ended')
    CREATE INDEX [IX_Execution_Ended] ON [relay].[Execution] ([App], [EndedAt]);
IF OBJECT_ID(N'[relay].[ExecutionStep]', N'U') IS NULL
    CREATE TABLE [relay].[ExecutionStep] (
        [App] nvarchar(60) NOT NULL,
        [Execution] nvarchar(100) NOT NULL,
        [Step] nvarchar(100) NOT NULL,
        [Visit] int NOT NULL,
        [Subject] nvarchar(100) NOT NULL,
        [Epoch] int NOT NULL,
        [ClaimedUntil] datetime2(3) NULL,
        [Result] nvarchar(max) NULL,
        [DoneAt] datetime2(3) NULL,
        CONSTRAINT [PK_ExecutionStep] PRIMARY KEY ([App], [Execution], [Step], [Visit])
    );
IF OBJECT_ID(N'[relay].[ExecutionEvent]', N'U') IS NULL
    CREATE TABLE [relay].[ExecutionEvent] (
        [App] nvarchar(60) NOT NULL,
        [Execution] nvarchar(100) NOT NULL,
        [Name] nvarchar(100) NOT NULL,
        [EventKey] nvarchar(100) NOT NULL,
        [Number] bigint IDENTITY (1, 1) NOT NULL,
        [Body] nvarchar(max) NOT NULL,
        [StoredAt] datetime2(3) NOT NULL,
        [TakenBy] int NULL,
        CONSTRAINT [PK_ExecutionEvent] PRIMARY KEY ([App], [Execution], [Name], [EventKey])
    );
GO
-- Locks: each lock with its last token and ticket, who holds it, who waits, what was released by force; and the highest token that a
-- resource has seen. All apps of the database share them, for a resource is not one app's. Names and owners compare letter by letter.
IF OBJECT_ID(N'[relay].[Lock]', N'U') IS NULL
    CREATE TABLE [relay].[Lock] (
        [Name] nvarchar(100) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT [PK_Lock] PRIMARY KEY,
        [Permits] int NOT NULL,
        [Token] bigint NOT NULL,
        [Ticket] bigint NOT NULL
    );
IF OBJECT_ID(N'[relay].[LockHolder]', N'U') IS NULL
    CREATE TABLE [relay].[LockHolder] (
        [Name] nvarchar(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [Token] bigint NOT NULL,
        [Ticket] bigint NULL,
        [Owner] nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [Purpose] nvarchar(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [App] nvarchar(60) NOT NULL,
        [Instance] nvarchar(300) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [Execution] varchar(40) NOT NULL,
        [LeaseSeconds] int NOT NULL,
        [TakenAt] datetime2(3) NOT NULL,
        [ExpiresAt] datetime2(3) NOT NULL,
        CONSTRAINT [PK_LockHolder] PRIMARY KEY ([Name], [Token])
    );
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'[relay].[LockHolder]') AND [name] = N'IX_LockHolder_Owner')
    CREATE UNIQUE INDEX [IX_LockHolder_Owner] ON [relay].[LockHolder] ([Name], [Owner], [Purpose]);
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'[relay].[LockHolder]') AND [name] = N'IX_LockHolder_Expires')
    CREATE INDEX [IX_LockHolder_Expires] ON [relay].[LockHolder] ([ExpiresAt]);
IF OBJECT_ID(N'[relay].[LockWaiter]', N'U') IS NULL
    CREATE TABLE [relay].[LockWaiter] (
        [Name] nvarchar(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [Ticket] bigint NOT NULL,
        [Owner] nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [Purpose] nvarchar(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [App] nvarchar(60) NOT NULL,
        [Instance] nvarchar(300) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [Execution] varchar(40) NOT NULL,
        [LeaseSeconds] int NOT NULL,
        [OfferSeconds] int NOT NULL,
        [Since] datetime2(3) NOT NULL,
        [WaitsUntil] datetime2(3) NOT NULL,
        [OfferedUntil] datetime2(3) NULL,
        [Offers] int NOT NULL,
        [Asleep] bit NOT NULL,
        CONSTRAINT [PK_LockWaiter] PRIMARY KEY ([Name], [Ticket])
    );
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'[relay].[LockWaiter]') AND [name] = N'IX_LockWaiter_Owner')
    CREATE UNIQUE INDEX [IX_LockWaiter_Owner] ON [relay].[LockWaiter] ([Name], [Owner], [Purpose]);
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'[relay].[LockWaiter]') AND [name] = N'IX_LockWaiter_Until')
    CREATE INDEX [IX_LockWaiter_Until] ON [relay].[LockWaiter] ([Name], [WaitsUntil]);
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'[relay].[LockWaiter]') AND [name] = N'IX_LockWaiter_Offered')
    CREATE INDEX [IX_LockWaiter_Offered] ON [relay].[LockWaiter] ([Name], [OfferedUntil]);
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'[relay].[LockWaiter]') AND [name] = N'IX_LockWaiter_Lapses')
    CREATE INDEX [IX_LockWaiter_Lapses] ON [relay].[LockWaiter] ([OfferedUntil], [WaitsUntil]);
IF OBJECT_ID(N'[relay].[LockForced]', N'U') IS NULL
    CREATE TABLE [relay].[LockForced] (
        [Id] bigint IDENTITY(1, 1) NOT NULL CONSTRAINT [PK_LockForced] PRIMARY KEY,
        [Name] nvarchar(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [Token] bigint NOT NULL,
        [Owner] nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [Purpose] nvarchar(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
        [App] nvarchar(60) NOT NULL,
        [Reason] nvarchar(1000) NOT NULL,
        [ForcedAt] datetime2(3) NOT NULL
    );
IF OBJECT_ID(N'[relay].[Fence]', N'U') IS NULL
    CREATE TABLE [relay].[Fence] (
        [Resource] nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT [PK_Fence] PRIMARY KEY,
        [Token] bigint NOT NULL,
        [RaisedAt] datetime2(3) NOT NULL
    );
GO
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
GO
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
GO
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
GO
-- Workflows as data: each version of each definition, as it was sent, and who entered it and who decided on it. Names are told apart by
-- upper and lower case, as workflows.toml does: whoever needs an approval must not get round it by another spelling.
IF OBJECT_ID(N'[relay].[Workflow]', N'U') IS NULL
    CREATE TABLE [relay].[Workflow] (
        [App] nvarchar(60) NOT NULL,
        [Name] nvarchar(80) COLLATE Latin1_General_BIN2 NOT NULL,
        [Version] int NOT NULL,
        [Hash] char(64) NOT NULL,
        [Definition] nvarchar(max) NOT NULL,
        [Status] varchar(10) NOT NULL,
        [EnteredAt] datetime2(3) NOT NULL,
        [EnteredBy] nvarchar(200) NOT NULL,
        [DecidedAt] datetime2(3) NULL,
        [DecidedBy] nvarchar(200) NULL,
        CONSTRAINT [PK_Workflow] PRIMARY KEY ([App], [Name], [Version])
    );
GO
-- Executions of definitions: where each is, so that any start goes on from there; the branches and items that it has begun, which are
-- executions of their own, each with its parent and with the one at the top (`Root`, whose subject their steps are claimed under); and what
-- has happened, for people to read. `FirstEpoch`: that of its first start, for the epochs before are those of others of its subject.
ALTER TABLE [relay].[Execution] ALTER COLUMN [Workflow] nvarchar(100) NOT NULL;
IF COL_LENGTH(N'[relay].[Execution]', N'Parent') IS NULL
    ALTER TABLE [relay].[Execution] ADD [Parent] nvarchar(100) NOT NULL CONSTRAINT [DF_Execution_Parent] DEFAULT N'';
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'[relay].[Execution]') AND [name] = N'IX_Execution_Parent')
    CREATE INDEX [IX_Execution_Parent] ON [relay].[Execution] ([App], [Parent], [Id]);
IF COL_LENGTH(N'[relay].[Execution]', N'Root') IS NULL
    ALTER TABLE [relay].[Execution] ADD [Root] nvarchar(100) NOT NULL CONSTRAINT [DF_Execution_Root] DEFAULT N'';
IF COL_LENGTH(N'[relay].[Execution]', N'FirstEpoch') IS NULL
    ALTER TABLE [relay].[Execution] ADD [FirstEpoch] int NOT NULL CONSTRAINT [DF_Execution_FirstEpoch] DEFAULT 1;
IF COL_LENGTH(N'[relay].[ExecutionStep]', N'Root') IS NULL
    ALTER TABLE [relay].[ExecutionStep] ADD [Root] nvarchar(100) NOT NULL CONSTRAINT [DF_ExecutionStep_Root] DEFAULT N'';
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'[relay].[ExecutionStep]') AND [name] = N'IX_ExecutionStep_Claim')
    CREATE INDEX [IX_ExecutionStep_Claim] ON [relay].[ExecutionStep] ([App], [Subject], [ClaimedUntil], [Root], [Epoch]);
IF OBJECT_ID(N'[relay].[ExecutionPosition]', N'U') IS NULL
    CREATE TABLE [relay].[ExecutionPosition] (
        [App] nvarchar(60) NOT NULL,
        [Execution] nvarchar(100) NOT NULL,
        [Definition] nvarchar(80) COLLATE Latin1_General_BIN2 NOT NULL,
        [DefinitionVersion] int NOT NULL,
        [Secret] char(64) NOT NULL,
        [Parent] nvarchar(100) NOT NULL,
        [Place] nvarchar(100) NOT NULL,
        [Number] int NOT NULL,
        [Depth] int NOT NULL,
        [Position] nvarchar(max) NULL,
        CONSTRAINT [PK_ExecutionPosition] PRIMARY KEY ([App], [Execution])
    );
IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'[relay].[ExecutionPosition]') AND [name] = N'IX_ExecutionPosition_Parent')
    CREATE INDEX [IX_ExecutionPosition_Parent] ON [relay].[ExecutionPosition] ([App], [Parent], [Place], [Number]);
IF OBJECT_ID(N'[relay].[ExecutionFork]', N'U') IS NULL
    CREATE TABLE [relay].[ExecutionFork] (
        [App] nvarchar(60) NOT NULL,
        [Execution] nvarchar(100) NOT NULL,
        [Place] nvarchar(100) NOT NULL,
        [Children] int NOT NULL,
        [AtOnce] int NOT NULL,
        [Tolerated] int NOT NULL,
        [Next] int NOT NULL,
        [Live] int NOT NULL,
        [Ended] int NOT NULL,
        [Failed] int NOT NULL,
        CONSTRAINT [PK_ExecutionFork] PRIMARY KEY ([App], [Execution], [Place])
    );
IF OBJECT_ID(N'[relay].[ExecutionHistory]', N'U') IS NULL
    CREATE TABLE [relay].[ExecutionHistory] (
        [App] nvarchar(60) NOT NULL,
        [Execution] nvarchar(100) NOT NULL,
        [Number] int NOT NULL,
        [Type] varchar(40) NOT NULL,
        [State] nvarchar(80) NOT NULL,
        [At] datetime2(3) NOT NULL,
        [Body] nvarchar(max) NOT NULL,
        CONSTRAINT [PK_ExecutionHistory] PRIMARY KEY ([App], [Execution], [Number])
    );
GO
-- Writes down up to which migration an app's tables have come.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = N'durable-sql-relay', -- WEBSITE_SITE_NAME of the app
    @version int = 14;
MERGE [relay].[Schema] WITH (HOLDLOCK) AS known
USING (SELECT @app AS [App]) AS told
ON known.[App] = told.[App]
WHEN MATCHED AND known.[Version] < @version THEN
    UPDATE SET [Version] = @version, [MigratedAt] = SYSUTCDATETIME()
WHEN NOT MATCHED THEN
    INSERT ([App], [Version], [MigratedAt]) VALUES (@app, @version, SYSUTCDATETIME());
GO
