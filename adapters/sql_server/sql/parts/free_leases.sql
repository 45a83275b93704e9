-- Part of what settles keys, listed in @settled. An exhausted lease row ignores its key's newer changes too, and without an entry it,
-- or one that ran out, would be taken for a change that nobody has settled: it is reset. The trigger's own lock comes first, so that
-- locks are always taken in one order.
IF EXISTS (
    SELECT 1
    FROM @settled AS entry
    INNER JOIN {{leases}} AS lease ON {{lease_of_entry}}
    WHERE {{lease_has_ended}}
)
BEGIN
    {{take_trigger_lock}}
    {{let_leases_go}}
END;
