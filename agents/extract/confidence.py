"""How far a statement is to be trusted: the chance that both its content and its speaker are right.

Of statements given 0.9, nine in ten should be right. The weights are learned by learning/train.py from cross-validated
predictions, that is, from statements of articles that the models had not seen; `tasrih evaluate` prints the table.
"""

from __future__ import annotations

import math

from agents.extract.model import Weights, score
from agents.extract.report import Report

_STEPS = 10


def features(report: Report) -> list[str]:
    """What is known of a report's making: how sure its beginning and end were, how its speaker was found."""
    begins, ends = report.chances
    step = {name: min(_STEPS - 1, int(chance * _STEPS)) for name, chance in (("begins", begins), ("ends", ends))}
    both = min(_STEPS - 1, int(begins * ends * _STEPS))
    kind = report.cue.rule if report.cue else "none"
    return [
        "any",
        f"begins {step['begins']}",
        f"ends {step['ends']}",
        f"both {both}",
        f"start {kind}",
        f"resolved {report.resolved_by}",
        f"speaker {report.kind}",
        f"form {report.form}",
        f"nested {report.parent is not None}",
    ]


def confidence(report: Report, weights: Weights) -> float:
    """Between 0 and 1."""
    return 1.0 / (1.0 + math.exp(-score(features(report), weights)))
