"""Where the content of a report begins and ends: candidates by rule; which is right is ranked by model.py."""

from __future__ import annotations

from agents.extract.ends import Ends
from agents.extract.layout import Layout
from agents.extract.preceding import Preceding
from agents.extract.starts import Starts
from agents.extract.tokens import Tokens


class Contents:
    """Finds and describes candidates in one text."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.tokens = Tokens(layout)
        self.preceding = Preceding(self.tokens)
        self._starts = Starts(self.tokens, self.preceding)
        self._ends = Ends(self.tokens)
        self.starts, self.proven = self._starts.of, self._starts.proven
        self.ends = self._ends.of
        self.before = self.preceding.starts
        self.words, self.trim = self.tokens.words, self.tokens.trim
