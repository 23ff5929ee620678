"""How the weights are learned from annotated articles. Nothing here is needed to run; most needs numpy and scipy."""
