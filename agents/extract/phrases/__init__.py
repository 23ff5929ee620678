"""What words are to a source, and the noun phrases that they make: people, offices, bodies, documents."""
