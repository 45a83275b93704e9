-- The position of every function in every table it watches.
{app_lock}
IF OBJECT_ID(N'[az_func].[GlobalState]', N'U') IS NULL
    CREATE TABLE [az_func].[GlobalState] (
        UserFunctionID char(16) NOT NULL,
        UserTableID int NOT NULL,
        LastSyncVersion bigint NOT NULL,
        LastAccessTime datetime NOT NULL DEFAULT GETUTCDATE(),
        PRIMARY KEY (UserFunctionID, UserTableID)
    );
IF COLUMNPROPERTY(OBJECT_ID(N'[az_func].[GlobalState]', N'U'), N'LastAccessTime', 'ColumnId') IS NULL
    ALTER TABLE [az_func].[GlobalState] ADD LastAccessTime datetime NOT NULL DEFAULT GETUTCDATE();
