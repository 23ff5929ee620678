"""What alerting counts, for Prometheus. Labels are bounded: rules beyond the first few hundred share one."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

_MOST_RULES = 500
_OTHER = "other"

MATCHED = Counter("tasrih_alerts_matched_total", "Alerts raised", ["rule"])
DELIVERIES = Counter(
    "tasrih_alert_deliveries_total", "Attempts at delivery by what became of them", ["kind", "outcome"]
)
WAITING = Gauge("tasrih_alerts_waiting", "Alerts that wait to be delivered on this worker")

_rules: set[str] = set()


def rule_label(rule: str) -> str:
    """The label of `rule`: its name, or a shared one when there are too many."""
    if len(_rules) < _MOST_RULES:
        _rules.add(rule)
    return rule if rule in _rules else _OTHER
