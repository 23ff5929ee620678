"""Every version of the wire contract that was ever released, kept: its schemas, and records as it wrote them."""
