-- Before every transaction of the trigger.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
