-- Leases kept under the function's earlier, host-based id come along, once.
{app_lock}
IF OBJECT_ID(N'{leases_text}', N'U') IS NULL AND OBJECT_ID(N'{earlier_leases_text}', N'U') IS NOT NULL
BEGIN
    CREATE TABLE {leases} (
        {key_declarations},
        [_az_func_ChangeVersion] bigint NOT NULL,
        [_az_func_AttemptCount] int NOT NULL,
        [_az_func_LeaseExpirationTime] datetime2 NULL,
        PRIMARY KEY ({keys})
    );
    INSERT INTO {leases} SELECT * FROM {earlier_leases};
    DROP TABLE {earlier_leases};
END;
