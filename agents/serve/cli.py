"""The commands `tasrih serve`, `tasrih archive …` and `tasrih keys …`."""
