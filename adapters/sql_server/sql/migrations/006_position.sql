-- What a look of the guard knows of the changes above the version up to which everything is settled, so that no look reads them all.
IF COL_LENGTH(N'[relay].[Position]', N'Newest') IS NULL
    ALTER TABLE [relay].[Position] ADD
        [Newest] bigint NULL,
        [Above] int NULL,
        [MarkVersion] bigint NULL,
        [MarkAt] datetime2(3) NULL,
        [MarkRows] int NULL,
        [ReachedAt] datetime2(3) NULL;
