"""What the app's own engines are held to that others have recorded."""
