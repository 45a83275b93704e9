"""Durable instances over the SDK's client."""
