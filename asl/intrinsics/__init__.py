"""The intrinsic functions States.*, of which definitions in JSONPath may make use."""
