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
