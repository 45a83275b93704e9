-- One row for every changed key that was handed to the function; its columns are the primary key and three more.
{app_lock}
IF OBJECT_ID(N'{leases_text}', N'U') IS NULL
    CREATE TABLE {leases} (
        {key_declarations},
        [_az_func_ChangeVersion] bigint NOT NULL,
        [_az_func_AttemptCount] int NOT NULL,
        [_az_func_LeaseExpirationTime] datetime2 NULL,
        PRIMARY KEY ({keys})
    );
