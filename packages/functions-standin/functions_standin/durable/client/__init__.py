"""What clients of durable functions talk to: the binding's text, the operations and their two HTTP endpoints."""
