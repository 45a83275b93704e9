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
