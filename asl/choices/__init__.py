"""The conditions of Choice states in JSONPath."""
