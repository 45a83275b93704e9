"""Catalog views: sys.* and INFORMATION_SCHEMA as rows computed from the catalog."""
