"""The task hub as it lies in Azure Storage: tables, queues and blobs."""
