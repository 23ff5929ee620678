"""What a rule matches, in which spellings and forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.alert.matching import Matcher
from agents.alert.rulebook import Rulebook
from agents.alert.spelling import forms, stem
from streams.arabic import words
from streams.records import AlertRule, Statement, Words
from streams.tables import rows
from tests.alert.samples import rule, statement


def matches(statement: Statement, **fields: object) -> bool:
    return bool(Matcher([rule(**fields)]).match(statement))


@pytest.mark.parametrize("row", rows("agents.alert", "spelling.tsv"), ids=lambda row: row["form"])
def test_every_row_of_the_table_counts_its_form_as_its_word(row: dict[str, str]) -> None:
    (form,), (word,) = words(row["form"]), words(row["word"])
    assert stem(word) in forms(form)


@pytest.mark.parametrize(
    ("phrase", "content"),
    [
        ("ميناء", "أُغلق المِيناء أمس"),  # diacritics, article
        ("الميناء", "في ميناء قديم"),  # the rule has the article, the text has not
        ("ميناء", "طريقهم للميناء طويل"),  # ل and the article become one
        ("هجوم", "ردا على هجومهم"),
        ("عقوبة", "لوّح بالعقوبات"),
        ("إدارة الميناء", "قال إن لإدارة الميناء رأيا"),  # a phrase, a proclitic before it
        ("اتفاق*", "الاتفاقيات الجديدة"),
        ("وقف اتفاق*", "سنوقف؛ وقف الاتفاقيات"),
        ("2018", "في عام ٢٠١٨"),
        ("مؤتمر", "في موتمر صحفي"),  # hamza's seats
        ("مسؤول", "نفى مسئولون"),  # as Cairo writes it
        ("شئون", "لجنة الشؤون الخارجية"),
        ("فائز", "الفايز"),  # a hamza elsewhere
        ("Ports", "شركة PORTS الكبرى"),
        ("ﻣﻴﻨﺎﺀ", "هذا ميناء"),  # presentation forms, as copied from a PDF
        ("بالنفط", "ارتفعت أسعار النفط"),  # the rule has more proclitics than the text, as when it was copied from one
        ("وللنفط", "نفط الجنوب"),
        ("بأسعار النفط", "لأسعار النفط أثر"),
        ("بأسعار نفط*", "أسعار النفط"),
        ("بنزين", "سعر البنزين"),  # its first letter is its own
        ("تقاوم", "#غزة_تقاوم"),
    ],
)
def test_words_are_found_in_any_spelling_and_form(phrase: str, content: str) -> None:
    said = statement(content=content)
    assert matches(said, words=Words(any=[phrase]))
    assert matches(said, words=Words(all=[phrase]))
    assert not matches(said, words=Words(any=["كلمات"], none=[phrase]))
    assert not matches(said, words=Words(all=[phrase, "كلمات"]))


@pytest.mark.parametrize(
    ("phrase", "content"),
    [
        ("ميناء", "لا شيء هنا"),
        ("لبن", "زار لبنان"),  # an ending that is none
        ("باب", "قال أب إن"),
        ("الله", "وصل له"),  # what looks like the article is none
        ("إدارة الميناء", "إدارة جديدة في الميناء"),  # not side by side
        ("اتفاق*", "لم يتفقوا"),
        ("وقف اتفاق*", "وقف"),
        ("باريس", "قال الريس"),  # no proclitic
        ("والدين", "رجال الدين"),
    ],
)
def test_other_words_are_not(phrase: str, content: str) -> None:
    assert not matches(statement(content=content), words=Words(any=[phrase]))


@pytest.mark.parametrize("phrase", ["الخطيب", "سامي الخطيب", "خطي*", "سامي خطي*"])
def test_words_are_found_in_the_speakers_name_as_by_a_search(phrase: str) -> None:
    said, other = statement(content="الميناء سامي"), statement(content="الميناء سامي", speaker="هدى النجار")
    for field in ("any", "all"):
        assert matches(said, words=Words(**{field: [phrase]}))
        assert not matches(other, words=Words(**{field: [phrase]}))
    assert not matches(said, words=Words(any=["الميناء"], none=[phrase]))
    assert matches(other, words=Words(any=["الميناء"], none=[phrase]))


@pytest.mark.parametrize("phrase", ["الميناء سامي", "الميناء سام*"])
def test_no_phrase_begins_in_what_was_said_and_ends_in_the_speakers_name(phrase: str) -> None:
    assert not matches(statement(content="أُغلق الميناء"), words=Words(any=[phrase]))


@pytest.mark.parametrize(
    ("given", "speaker", "mention"),
    [
        ("سامي الخطيب", "سامي الخطيب", ""),
        ("الخطيب", "سامي الخطيب", ""),
        ("خطيب", "سامي الخطيب", ""),
        ("عبدالله النجار", "عبد الله النجار", ""),
        ("عبد الله", "عبدالله النجار", ""),
        ("كارلسون", "كرلسون", ""),  # a short a with its alef or without
        ("وزير النقل", "سامي الخطيب", "وزير النقل سامي الخطيب"),
        ("وزير النقل", None, "لوزير النقل"),
        ("minister-7", "سامي الخطيب", ""),
    ],
)
def test_speakers_are_known_by_name_mention_and_id(given: str, speaker: str | None, mention: str) -> None:
    assert matches(statement(speaker=speaker, mention=mention, id="minister-7"), speakers=[given])


@pytest.mark.parametrize("given", ["محمود", "الخط", "مي الخطيب", "سامي النجار", "minister-8"])
def test_other_speakers_are_not(given: str) -> None:
    assert not matches(statement(speaker="سامي محمد الخطيب", id="minister-7"), speakers=[given])


def test_every_condition_must_hold() -> None:
    said = statement(headline=True, confidence=0.8)
    holding: dict[str, object] = {
        "speakers": ["سامي"], "kinds": ["office", "person"], "acts": ["warn"], "forms": ["indirect"],
        "outlets": ["صحيفه المرفا"], "words": Words(all=["الميناء"]), "headline": True, "min_confidence": 0.8,
    }  # fmt: skip
    failing: dict[str, object] = {
        "speakers": ["هدى"], "kinds": ["office"], "acts": ["deny"], "forms": ["direct"], "outlets": ["المرفأ"],
        "words": Words(all=["المطار"]), "min_confidence": 0.81, "enabled": False,
    }  # fmt: skip
    assert matches(said, **holding)
    for field, value in failing.items():
        assert not matches(said, **{**holding, field: value}), field
    assert not matches(statement(headline=False), **holding)


def test_a_statement_finds_its_rules_in_their_order() -> None:
    rules = [
        rule("b", acts=["warn"]),
        rule("a", speakers=["سامي"]),
        rule("c", acts=["deny"]),
        rule("d", forms=["indirect"]),
    ]
    assert [rule.name for rule in Matcher(rules).match(statement())] == ["b", "a", "d"]


_text = st.text(max_size=40) | st.text(alphabet="والبكفمنه ةىأ*ـً", max_size=40)


@given(content=_text, name=st.none() | _text, mention=_text, outlet=_text)
def test_any_text_can_be_matched(content: str, name: str | None, mention: str, outlet: str) -> None:
    said = statement(content=content, speaker=name, mention=mention, outlet=outlet)
    rules = [rule(words=Words(any=["ميناء", "وال*"], none=["لا"])), rule(speakers=["سامي"]), rule(outlets=["x"])]
    Matcher(rules).match(said)


@given(content=_text, word=st.text(alphabet="والبكفمنهةىأسحدر", min_size=4, max_size=8), at=st.integers(0, 40))
def test_filing_a_rule_hides_it_from_no_statement(content: str, word: str, at: int) -> None:
    said = statement(content=f"{content[:at]} {word} {content[at:]}")
    by_word: AlertRule = rule(words=Words(any=[word]))
    assert Matcher([by_word]).match(said) == [by_word]


def test_every_worker_matches_in_the_same_order() -> None:
    # Partitions of the topic of rules are read as they come.
    rules = [rule(name, acts=["warn"]) for name in ("port", "acts", "warnings")]
    books = Rulebook(), Rulebook()
    for book, told in zip(books, (rules, rules[::-1]), strict=True):
        book.take((one.name, one) for one in told)
    orders = [[found.name for found in book.matcher.match(statement())] for book in books]
    assert orders == [["acts", "port", "warnings"]] * 2
