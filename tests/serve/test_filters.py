"""One filter, said in SQL and in Python: both find the same, in both databases."""

from __future__ import annotations

import random
from datetime import timedelta

import msgspec
import pytest

from agents.alert.matching import Matcher
from agents.serve.archive import Archive
from agents.serve.filters import Candidate, Filter
from streams.records import AlertRule, Speaker, Statement, Words
from tests.serve.examples import NOON, statement
from tests.serve.test_archive import batch

WORDS = (
    *("الوزير", "وزير", "للوزير", "والهدنة", "هُدنة", "الهدنه", "لجنة", "اللجنة", "جنّة", "بغداد", "ببغداد"),
    *("٢٠٢٦", "2026", "Reuters", "قالت", "إن", "السلام", "عليكم", "البحراوي", "ولوليتا"),
)
NAMES = ["هالة عمران", "وزير الخارجية", "عمران", "سامي البحراوي", None]
CHOICES = {
    "q": [
        *("وزير", "الوزير", "هدنه", '"السلام عليكم"', '"وزير هدنه"'),
        *("بغد*", "لجن* وزير", "جنة", "2026", "reuters", "عمران", "البحر*", "لولي*", "وليتا", '"ليتا بحراوي"'),
    ],
    "speaker": ["عمران", "الوزير", "خارج*", '"هالة عمران"', "بحر*"],
    "speaker_id": [("0",), ("0", "2"), ("none",)],
    "act": [("assert",), ("deny", "warn")],
    "form": [("direct",), ("direct", "mixed")],
    "kind": [("person",), ("office", "country")],
    "outlet": [("أ",), ("أ", "ب")],
    "headline": [True, False],
    "min_confidence": [0.5, 1.0],
    "from_": ["2026-03-01T12:00:00.5Z", "2026-03-01"],
    "to": ["2026-03-01T12:00:02.5Z", "2026-03-02"],
    "status": ["new", "retracted", "any"],
}


def some_statement(random: random.Random) -> Statement:
    """Any statement of this small world."""
    name = random.choice(NAMES)
    speaker = Speaker(name, name and str(NAMES.index(name)), name and random.choice(["person", "office"]), None, None)
    return statement(
        " ".join(random.choices(WORDS, k=random.randint(1, 12))),
        act=random.choice(["assert", "deny", "warn"]),
        form=random.choice(["direct", "indirect", "mixed"]),
        outlet=random.choice("أبج"),
        headline=random.random() < 0.3,
        confidence=random.choice([0.1, 0.5, 0.9, 1.0]),
        published_at=NOON + timedelta(milliseconds=random.randint(0, 5000)),
        status=random.choice(["new", "new", "new", "retracted"]),
        speaker=speaker,
    )


async def test_the_database_and_the_stream_select_the_same(empty: Archive) -> None:
    chance = random.Random(7)
    statements = [some_statement(chance) for _ in range(300)]
    await empty.write(batch(*statements))
    hits = 0
    for _ in range(250):
        fields = chance.sample(sorted(CHOICES), k=chance.randint(0, 3))
        selection = Filter(**{field: chance.choice(CHOICES[field]) for field in fields}).compiled()
        page = await empty.statements(selection, None, 400)
        found = {msgspec.json.decode(record, type=Statement).statement_id for record in page.records}
        expected = {s.statement_id for s in statements if selection.matches(Candidate(s))}
        assert found == expected, selection.said
        hits += len(found)
        rows = await empty.stats(selection, timedelta(seconds=1), 10)
        assert sum(n for what, _, _, n in rows if what == "time") == len(found)
    assert hits > 1000  # or it would have compared nothing


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("وزير", "التقى بالوزير", True),
        ("الوزير", "وزير", True),
        ("والوزير", "للوزير", True),
        ("وزير", "زير", False),
        ("جنة", "اللجنة", False),
        ("لجنة", "للجنة", True),
        ("مسؤول", "مسئول", True),
        ("موتمر", "مؤتمر", True),
        ("مؤتمر", "موتمر", True),
        ("روساء", "رؤساء", True),
        ("فائز", "الفايز", True),
        ("الى", "إلى", True),
        ("هُدْنَة", "هدنه", True),
        ("بغداد", "وببغداد", True),
        ("بغ*", "بغداد", True),
        ("البحر*", "قال البحراوي", True),
        ("بحر*", "وللبحراوي", True),
        ("كوي*", "الكويت", True),
        ("ليل*", "وليلى", True),
        ("حر*", "البحراوي", True),
        ("وزي*", "قال الوزير", True),
        ("الوز*", "قال الوزير", True),
        ('"ليلى بحراوي"', "ليلى البحراوي", True),
        ('"بحراوي ليلى"', "ليلى البحراوي", False),
        ("غداد", "بغداد", False),
        ('"رئيس الحكومة"', "رئيسِ الحكومة", True),
        ('"رئيس الحكومة"', "رئيس مجلس الحكومة", False),
        ("«رئيس الحكومة»", "الحكومة رئيس", False),
        ("رئيس الحكومة", "الحكومة رئيس", True),
        ("١٤", "14 مصابا", True),
        ("COVID", "covid-19", True),
    ],
)
def test_words_in_any_spelling(query: str, text: str, found: bool) -> None:
    candidate = Candidate(statement(text, name=None))
    assert Filter(q=query).compiled().matches(candidate) is found


def test_the_table_of_whole_words_is_sorted_and_of_use() -> None:
    from agents.serve.words import tokens
    from streams.proclitics import bare
    from streams.tables import rows

    words = [row["word"] for row in rows("streams", "whole.tsv")]
    assert words == sorted(set(words))
    for word in words:
        assert tokens(word) == [word], "folded, and one word"
        assert bare(word) == word
        assert bare("ال" + word) == word
        assert bare("و" + word) in (word, "و" + word), "but where the conjunction makes another word of the table"


@pytest.mark.parametrize("field", ["q", "speaker"])
@pytest.mark.parametrize("nothing", ["،", '""', "***", "_"])
def test_a_search_for_nothing_is_refused(field: str, nothing: str) -> None:
    with pytest.raises(ValueError, match=f"{field}: there is no word"):
        Filter(**{field: nothing}).compiled()


@pytest.mark.parametrize("query", ["بالنفط", "للنفط", "وبنفط", "النفط", "نفط", "فالأسعار", '"بأسعار النفط"', "أسع*"])
def test_a_rule_of_the_words_of_a_search_finds_what_the_search_does(query: str) -> None:
    told = [statement(text) for text in ("أسعار النفط", "النفط وأسعار", "للنفط سعر", "بالأسعار", "لا")]
    rule = Matcher([AlertRule(name="one", channels=["desk"], words=Words(all=[query.strip('"')]))])
    searched = [one for one in told if Filter(q=query).compiled().matches(Candidate(one))]
    assert [one for one in told if rule.match(one)] == searched != []
