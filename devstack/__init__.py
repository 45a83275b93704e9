"""Local stand-ins and the demo; never deployed, and never imported by the app."""
