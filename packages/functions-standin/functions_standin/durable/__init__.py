"""The durable functions of the Functions host stand-in: an engine for the out-of-process protocol on Azure Storage."""
