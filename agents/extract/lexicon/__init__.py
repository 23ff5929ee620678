"""The tables of words, and what is read from them."""
