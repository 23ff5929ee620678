"""A newsroom for trying out: four outlets that do not exist, served over loopback as real feeds and pages."""
