"""Which cues report something, and where what they report begins and ends."""
