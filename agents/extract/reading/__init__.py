"""A text as tokens, and its layout: lines, sentences, quotations, the cues that its words may be."""
