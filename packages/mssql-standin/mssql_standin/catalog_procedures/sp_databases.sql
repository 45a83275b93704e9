-- The databases; of sizes nothing is told. docs: "sp_databases (Transact-SQL)"
SELECT name AS DATABASE_NAME, CAST(NULL AS int) AS DATABASE_SIZE, CAST(NULL AS varchar(254)) AS REMARKS FROM sys.databases ORDER BY DATABASE_NAME;
