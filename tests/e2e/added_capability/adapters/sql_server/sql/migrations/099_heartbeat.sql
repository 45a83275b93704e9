-- Heartbeats of relays.
IF OBJECT_ID(N'[relay].[Heartbeat]', N'U') IS NULL
    CREATE TABLE [relay].[Heartbeat] (
        [App] nvarchar(60) NOT NULL,
        [Relay] nvarchar(40) NOT NULL,
        [Beats] int NOT NULL,
        [Since] datetime2(3) NOT NULL,
        CONSTRAINT [PK_Heartbeat] PRIMARY KEY ([App], [Relay])
    );
