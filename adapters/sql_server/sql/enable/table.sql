-- Turns change tracking on for a table, with the columns that an update named.
ALTER TABLE {{table}} ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON);
