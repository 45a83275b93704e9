-- Up to which migration each app's tables have come: releases after 0.1.0 look before they work.
IF OBJECT_ID(N'[relay].[Schema]', N'U') IS NULL
    CREATE TABLE [relay].[Schema] (
        [App] nvarchar(60) NOT NULL CONSTRAINT [PK_Schema] PRIMARY KEY,
        [Version] int NOT NULL,
        [MigratedAt] datetime2(3) NOT NULL
    );
