"""The client of Azure Storage that timers and durable functions share: signed requests, blobs, queues, tables."""
