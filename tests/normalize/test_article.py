"""An entry as an article: text, headline, dates, identities."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from agents.normalize import page
from agents.normalize.article import NothingToReadError, article
from streams.records import Article, Entry
from streams.tables import rows

FETCHED = datetime(2026, 3, 1, 12, tzinfo=UTC)

SENTENCES = [
    "أعلنت بلدية الرملة الجديدة فتح باب التسجيل في مدارس المساء أمام العمال من يوم الأحد المقبل.",
    "وقالت مديرة التعليم في البلدية سعاد الهواري إن المقاعد تكفي لستمئة طالب في السنة الأولى.",
    "وأضافت أن الدروس مجانية، وأن الكتب توزع في اليوم الأول من الدراسة في كل مدرسة من المدارس الأربع.",
]
TITLE = "بلدية الرملة الجديدة تفتح مدارس المساء للعمال"
CONSENT = (
    "<html><body><main><p>نستخدم ملفات الارتباط لتحسين تجربتك في الموقع.</p><p>بالنقر على قبول توافق على "
    + ("سياسة الخصوصية وشروط الاستخدام وتخزين البيانات على جهازك. " * 20)
    + "</p></main></body></html>"
)


def html_page(*sentences: str) -> str:
    body = "".join(f"<p>{sentence}</p>" for sentence in sentences)
    return (
        f"<html><head><title>{TITLE}</title></head><body><nav><ul><li><a href='/'>الرئيسية</a>"
        f"</li><li><a href='/sport'>رياضة</a></li></ul></nav><article><h1>{TITLE}</h1>{body}</article>"
        "<aside><h3>الأكثر قراءة</h3><ul><li><a href='/1'>خبر عن الطقس</a></li></ul></aside></body></html>"
    )


def normalized(**fields: Any) -> Article:
    entry = {"article_id": "a", "entry_id": "e", "feed": "f", "outlet": "الساحل", "url": "https://sahil.example/1"}
    return article(Entry(**{"fetched_at": FETCHED, **entry, **fields}), FETCHED)


def test_the_text_is_the_headline_then_a_paragraph_a_line() -> None:
    found = normalized(title=f"<b>{TITLE}</b>", content="".join(f"<p>{s}</p>" for s in SENTENCES))
    assert found.text == "\n".join([TITLE, *SENTENCES])
    assert (found.title, found.text_from, found.language) == (TITLE, "content", "ar")


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("فتح الجسر - الساحل", "فتح الجسر"),
        ("فتح الجسر | السّاحل", "فتح الجسر"),
        ("فتح الجسر - الضفة", "فتح الجسر - الضفة"),
        ("الساحل - فتح الجسر", "الساحل - فتح الجسر"),
        ("رئيس البلدية: &quot;الجسر للناس&quot;", 'رئيس البلدية: "الجسر للناس"'),
        ("سطر\nثان", "سطر ثان"),
    ],
)
def test_headline(title: str, expected: str) -> None:
    assert normalized(title=title).text == expected


def test_the_headline_is_not_repeated_as_the_first_paragraph() -> None:
    assert normalized(title=TITLE, content=f"<h1>{TITLE}</h1><p>{SENTENCES[0]}</p>").text == f"{TITLE}\n{SENTENCES[0]}"


def test_the_longest_plausible_text_serves() -> None:
    short, whole = f"<p>{SENTENCES[0]} [&#8230;]</p>", html_page(*SENTENCES)
    assert normalized(title=TITLE, summary=short).text == f"{TITLE}\n{SENTENCES[0]}"
    from_page = normalized(title=TITLE, summary=short, page=whole)
    assert (from_page.text_from, from_page.text) == ("page", "\n".join([TITLE, *SENTENCES]))
    assert normalized(title=TITLE, content="<p>" + "</p><p>".join(SENTENCES), page=whole).text_from == "content"
    assert normalized(title=TITLE, summary=short, page=CONSENT).text_from == "summary"
    assert normalized(title=TITLE, summary=short, page="").text_from == "summary"


def test_a_row_of_selectors_decides_for_its_host(monkeypatch: pytest.MonkeyPatch) -> None:
    table = ({"host": "sahil.example", "body": "div.b, div.a", "drop": "div.ad"},)
    monkeypatch.setattr(page, "rows", lambda *_: table)
    html = f"<div class=a>{SENTENCES[0]}<div class=ad>لا</div></div><div class=b>{SENTENCES[1]}</div>"
    assert page.page_paragraphs(html, "https://news.sahil.example/1") == SENTENCES[:2]
    assert page.page_paragraphs(html_page(*SENTENCES), "https://sahil.example/1")[-1] == SENTENCES[-1]
    assert page.page_paragraphs(html, "https://notsahil.example/1") != SENTENCES[:2]


def test_trafilatura_is_not_given_a_tag_that_is_too_long() -> None:
    many = " ".join(f"a{n}=1" for n in range(5_000))
    html = html_page(*SENTENCES).replace("<head>", f"<head><meta property=og:title content=لا {many}>")
    assert page.page_text(html).split("\n") == [TITLE, *SENTENCES]
    html = html_page(*SENTENCES, *SENTENCES).replace("<p>", f"<p class=newsletter {many}>", 1)
    assert page.page_paragraphs(html, "") == [TITLE, *SENTENCES, *SENTENCES]


def test_every_row_of_selectors_can_be_read() -> None:
    for row in rows("agents.normalize", "selectors.tsv"):
        page.page_paragraphs("<html><body><p>أ</p></body></html>", f"https://{row['host']}/")


@pytest.mark.parametrize(
    ("published", "updated", "expected"),
    [
        (None, None, FETCHED),
        (FETCHED + timedelta(days=400), None, FETCHED),
        (None, FETCHED - timedelta(hours=1), FETCHED - timedelta(hours=1)),
        (datetime(2026, 3, 1, 9, tzinfo=timezone(timedelta(hours=3))), None, datetime(2026, 3, 1, 6, tzinfo=UTC)),
        (datetime(2026, 2, 1, 9), None, datetime(2026, 2, 1, 9, tzinfo=UTC)),  # noqa: DTZ001
    ],
)
def test_times(published: datetime | None, updated: datetime | None, expected: datetime) -> None:
    found = normalized(title=TITLE, published_at=published, updated_at=updated)
    assert found.published_at == expected
    assert found.published_at.tzinfo is UTC


def test_the_revision_changes_with_the_text_and_only_with_it() -> None:
    first = normalized(title=TITLE, content=SENTENCES[0])
    again = normalized(title=f"{TITLE} ", content=f"<p>{SENTENCES[0]}</p>", published_at=FETCHED, author="سعاد")
    edited = normalized(title=TITLE, content=SENTENCES[1])
    assert first.revision == again.revision != edited.revision


def test_without_a_headline_the_first_line_is_empty() -> None:
    assert normalized(content=SENTENCES[0]).text == f"\n{SENTENCES[0]}"


def test_what_is_hardly_anything_is_an_article_still() -> None:
    assert normalized(title="🔥🔥").text == "🔥🔥"
    assert normalized(summary="🔥").language == "und"
    assert normalized(title="Minister opens the new port", content="<p>The port is open.").language == "en"


def test_nothing_at_all_is_told() -> None:
    with pytest.raises(NothingToReadError, match="has no words"):
        normalized(title=" &nbsp; ", content="<p><img src=x></p>", page="<html></html>")


def test_five_megabytes_are_read() -> None:
    found = normalized(title=TITLE, content=f"<p>{SENTENCES[0]}</p>" * 30_000)
    assert found.text.count("\n") == 30_000
