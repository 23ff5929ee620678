"""What flows: records, topics, settings, the Faust apps and the broker they talk to."""
