-- Part of every statement that writes to the trigger's leases: its own lock, for milliseconds, never across a request.
DECLARE @granted int;
EXEC @granted = sys.sp_getapplock @Resource = N'_az_func_Trigger', @LockMode = 'Exclusive',
    @LockOwner = 'Transaction', @LockTimeout = 5000;
IF @granted < 0
    THROW 51000, N'the lock of the SQL trigger was not granted within 5 seconds', 1;
