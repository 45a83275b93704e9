-- Ends what is over at a lock, and offers it to the first who wait: what whoever works on the lock does by the way, for one on which nobody does.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @name nvarchar(100) = ?;
{{hold_lock}}
{{end_leases}}
{{offer_lock}}
{{lock_hints}}
