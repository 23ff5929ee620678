"""Who acts: one room an agent, each a thin `agent.py` over the pure functions it needs."""
