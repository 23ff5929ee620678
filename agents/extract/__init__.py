"""Articles in, statements out. Everything but `agent.py` is pure: a text in, its statements out, no Kafka."""
