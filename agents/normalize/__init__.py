"""What outlets send, as clean text: HTML to paragraphs, one spelling of white space, a language, a time."""
