"""`python -m agents.cli` is `tasrih`."""

from agents.cli import main

main()
