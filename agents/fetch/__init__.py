"""Fetching: from the registry of feeds to entries, politely."""
