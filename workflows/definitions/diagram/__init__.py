"""Pictures of definitions: a text for Mermaid, and an SVG with what has happened in an execution."""
