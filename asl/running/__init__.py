"""How a definition runs: one step after the other, each a pure function of where an execution is and what has happened."""
