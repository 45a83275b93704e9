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
