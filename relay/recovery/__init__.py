"""What follows when the trigger's attempts are used up: the situation, the decisions, the watchdog's verdict."""
