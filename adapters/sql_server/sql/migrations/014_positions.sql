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
