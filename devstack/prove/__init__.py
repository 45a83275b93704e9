"""The proof: the whole stack under load, with crashes at every kind of moment, counted by code that shares nothing with the app."""
