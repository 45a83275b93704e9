-- After an endpoint's pause one change is tried before all are let through: until when somebody is at it; and for how long the endpoint
-- asked, if that is longer than is obeyed.
IF COL_LENGTH(N'[relay].[Standing]', N'FirstTryUntil') IS NULL
    ALTER TABLE [relay].[Standing] ADD
        [FirstTryUntil] datetime2(3) NULL,
        [AskedSeconds] bigint NULL;
