-- Keys that the trigger or the ledger still knows and that have no row any more: deletions that may have been forgotten.
SET NOCOUNT ON;
DECLARE @limit int = ?;
SELECT TOP (@limit) {{lease_keys}}
FROM {{leases}} AS lease
WHERE NOT EXISTS (SELECT 1 FROM {{table}} AS source WHERE {{lease_of_row}});
