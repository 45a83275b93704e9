"""Durable instances and entities over the SDK's client."""
