"""The fault harness: it tries to break the stream's promises, and keeps the books.

`python -m tests.faults --help` says what a run can be told. A run starts Apache Kafka, plays every role in processes of
its own, publishes what a seeded newsroom writes, injects the faults that the seed draws, and at the end compares every
topic, and what the receivers of alerts took, with what the roles' own pure functions make of the same articles one by
one, with nothing going wrong.
"""
