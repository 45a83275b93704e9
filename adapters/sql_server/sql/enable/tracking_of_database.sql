-- The database's name and how many days change tracking keeps; NULL if change tracking is off.
SELECT
    DB_NAME() AS [name],
    CASE d.[retention_period_units]
        WHEN 1 THEN d.[retention_period] / 1440.0
        WHEN 2 THEN d.[retention_period] / 24.0
        WHEN 3 THEN d.[retention_period] * 1.0
    END AS [retention_days]
FROM (SELECT DB_ID() AS [database_id]) AS this
LEFT JOIN sys.change_tracking_databases AS d ON d.[database_id] = this.[database_id];
