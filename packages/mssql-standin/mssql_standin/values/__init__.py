"""Values: types and their rules, storage form, conversion, collation, arithmetic, dates, JSON."""
