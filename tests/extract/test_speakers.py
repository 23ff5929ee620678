from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.extract.engine import extract
from agents.extract.lexicon.tables import rows
from agents.extract.phrases import gazetteer
from agents.extract.reading.layout import Layout
from agents.extract.reading.text import Text
from agents.extract.sources import speakers
from agents.extract.sources.coreference import Article
from agents.extract.sources.mentions import find_mention
from agents.extract.sources.names import describe, role_words
from agents.extract.sources.offices import holders, same_person
from streams.arabic import fold
from tests.extract.marked import blocks, case, lines


@pytest.mark.parametrize("block", blocks("speakers.txt"), ids=lambda block: block.strip().split("\n")[-1])
def test_speakers(block: str) -> None:
    it = case(block)
    speakers.resolve(it.layout, it.reports, it.published)
    assert [(r.speaker, r.kind, r.resolved_by) for r in it.reports] == it.expected


@pytest.mark.parametrize("block", blocks("speakers.txt"), ids=lambda block: block.strip().split("\n")[-1])
def test_mentions(block: str) -> None:
    it = case(block)
    found = [find_mention(it.layout, report) for report in it.reports]
    show = [it.layout.text.slice(*span) if span else None for span in found]
    assert show == [it.layout.text.slice(*span) if span else None for span in it.mentions]


@pytest.mark.parametrize("line", lines("via.txt"))
def test_who_passes_words_on(line: str) -> None:
    raw, _, expected = line.partition(" = ")
    assert " | ".join(statement.via or "-" for statement in extract("\n" + raw)) == expected


def test_an_office_is_tied_to_its_holder_by_date() -> None:
    role = role_words(Text("الرئيس الأمريكي"), 0, 2)
    assert holders(role, datetime(2015, 6, 1))[0][0] == fold("باراك أوباما")  # noqa: DTZ001
    assert holders(role, datetime(2022, 6, 1))[0][0] == fold("جو بايدن")  # noqa: DTZ001


def test_spellings_of_one_name_are_one_person() -> None:
    assert same_person(fold("بنيامين نتانياهو")) == same_person(fold("بنيامين نتنياهو")) is not None


def test_an_office_is_held_by_one_at_a_time_and_only_spokesmen_share_theirs() -> None:
    tenures = defaultdict(list)
    for row in rows("offices.tsv"):
        assert row["holder"], row
        for title in row["title"].split(" | "):
            assert title, row
            tenures[title].append((row["from"] or "0", row["to"] or "9"))
    for title, held in tenures.items():
        held.sort()
        assert all(begin < end for begin, end in held), title
        assert "المتحدث" in title or all(end <= begin for (_, end), (begin, _) in pairwise(held)), title


def test_a_short_name_is_found_in_full() -> None:
    article = Article(Text("قال كمال يوسف الطويل إن الأمر انتهى.\nوأضاف الطويل أنه راض."))
    text = article.text
    short = text.form.index(fold("الطويل"), 8)
    source = describe(text, (short, short + 1))
    assert text.slice(*article.names.of(source.name or source.span)) == "كمال يوسف الطويل"


@pytest.mark.parametrize(
    ("phrase", "kind"),
    [
        ("رئيس بلدية المدينة", "office"), ("مصادر طبية", "anonymous"), ("وزارة المالية", "organization"),
        ("لبنان", "country"),
        ("قناة الجزيرة", "media"), ("دراسة جديدة", "document"), ("متظاهرون", "group"), ("سمير نصار", "person"),
        ("وكالة الفضاء الأوروبية", "organization"), ("وكالة الأنباء الليبية", "media"), ("الخبراء", "group"),
    ],
)  # fmt: skip
def test_kinds(phrase: str, kind: str) -> None:
    text = Text(phrase)
    assert describe(text, (0, len(text))).kind == kind


def test_every_known_name_is_found_as_itself() -> None:
    for name, entity in gazetteer.entities().items():
        text = Text(name)
        found = gazetteer.entity(text, 0, len(text))
        assert found is not None, name
        assert found[0].code == entity.code, name


PIECES = st.sampled_from(
    ["قال", "وأضاف", "الرئيس", "التركي", "أحمد", "علي", "إن", "أن", "،", "\n", ".", '"', "«", "»", ":", "بحسب", "قوله",
     "مشيرا", "إلى",
     "نقلت", "عن", "رويترز", "التي", "قد", "الوزارة", "مصدر", "الطريق", "مغلق", "\u202b", "😀", "x"]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=60).map(" ".join) | st.text(max_size=80))
def test_any_text_is_resolved_within_its_bounds(raw: str) -> None:
    for statement in extract(raw, datetime(2020, 1, 1)):  # noqa: DTZ001
        assert statement.mention is None or 0 <= statement.mention[0] < statement.mention[1] <= len(raw)


def test_a_text_without_reports_has_no_speakers() -> None:
    assert speakers.resolve(Layout(Text("")), [], None) == []
