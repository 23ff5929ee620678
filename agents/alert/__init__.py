"""Rules that match statements, and the channels that their alerts go out by."""
