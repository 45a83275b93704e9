"""What starts things: SQL triggers, one per relay. HTTP starters and timers join them here."""
