"""What people are told, on which occasions, and how each kind of channel wants to hear it."""
