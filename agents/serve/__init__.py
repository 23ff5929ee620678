"""For the subscribers: the archive that follows the topics, the HTTP API and live streams over it, and the page."""
