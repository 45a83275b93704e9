-- Part of enrich, where the database allows it: everything is read as it was in one moment, and nobody has to wait for anybody.
SET TRANSACTION ISOLATION LEVEL SNAPSHOT;
BEGIN TRANSACTION;
