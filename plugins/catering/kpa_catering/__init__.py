"""Catering."""
