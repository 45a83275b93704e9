"""What the stand-in calls itself: never like the product that it stands in for."""

NAME = "Functions host stand-in"
VERSION = "0.1.0"
