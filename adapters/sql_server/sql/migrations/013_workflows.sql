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
