"""What the stand-in calls itself: never like the product that it stands in for."""

NAME = "Functions host stand-in of Durable SQL Relay"
VERSION = "0.1.0"
