-- Begins every statement batch: the lock that all SQL triggers of the database share.
SET NOCOUNT ON;
DECLARE @lock_result int;
EXEC @lock_result = sp_getapplock @Resource = N'_az_func_Trigger', @LockMode = 'Exclusive', @LockTimeout = {lock_timeout_ms};
IF @lock_result < 0
BEGIN
    RAISERROR('Unable to acquire exclusive lock on _az_func_Trigger. Result = %d', 16, 1, @lock_result);
END;
