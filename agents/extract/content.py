"""Where the content of a report begins and ends: candidates by rule; which is right is ranked by model.py."""

from __future__ import annotations

from agents.extract.ends import Ends
from agents.extract.layout import Layout
from agents.extract.preceding import Preceding
from agents.extract.starts import Starts
from agents.extract.tokens import Tokens


class Contents:
    """The candidates of one text, each kind found and described when it is asked for."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.tokens = Tokens(layout)
        self.preceding = Preceding(self.tokens)
        self.starts = Starts(self.tokens, self.preceding)
        self.ends = Ends(self.tokens)
