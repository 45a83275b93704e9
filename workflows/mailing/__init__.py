"""Mailings: one mail to each of many recipients, each exactly as often as it should be."""
