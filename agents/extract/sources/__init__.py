"""Who said it: the phrase beside the cue, the name in it, and whom that, or a bare verb, means."""
