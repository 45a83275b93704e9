"""Amazon States Language: what a definition says, as values and pure decisions. No clock, no chance, no outside."""
