"""The Tabular Data Stream protocol, version 7.4, as [MS-TDS] describes it: bytes in, engine calls, bytes out."""
