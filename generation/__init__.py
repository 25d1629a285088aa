"""Hits become an answer."""
