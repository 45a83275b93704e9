"""For tests of function apps: durable functions without storage, and the SQL trigger step by step."""
