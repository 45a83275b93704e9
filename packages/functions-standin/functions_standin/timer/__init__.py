"""Timer triggers: schedules, their status in the storage account, the lock that lets one host fire."""
