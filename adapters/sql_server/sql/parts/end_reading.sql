-- Part of enrich: what follows is written, which would conflict with what others have written since that moment.
COMMIT TRANSACTION;
SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
