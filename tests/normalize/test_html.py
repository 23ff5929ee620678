"""HTML to paragraphs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.normalize.furniture import is_furniture
from agents.normalize.html import paragraphs
from streams.tables import rows
from streams.tags import bounded

CASES = {
    "inline elements do not part words": ("<p>ق<b>ا</b>ل <i>الوزير</i></p>", ["قال الوزير"]),
    "paragraphs, line breaks, stray text": ("أ<p>ب</p>ج<br>د<br/><br/>ه", ["أ", "ب", "ج", "د", "ه"]),
    "lists": ("<ul><li>أول<li>ثان</ul>", ["أول", "ثان"]),
    "a table, a row a line": (
        "<table><tr><th>المدينة</th><th>العدد</th></tr><tr><td>الرملة</td><td></td><td>٤</td></tr></table>",
        ["المدينة | العدد", "الرملة | ٤"],
    ),
    "a table that lays out": ("<table><tr><td><p>أ</p><p>ب</p></td><td><p>ج</p></td></tr></table>", ["أ", "ب", "ج"]),
    "quotations": ("<blockquote><p>نعم</p></blockquote><p>قالت: <q>لا</q></p>", ["نعم", "قالت: “لا”"]),
    "what no reader reads": (
        "<p>أ</p><script>var x='<p>no</p>'</script><style>p{}</style><figure><img alt=no><figcaption>no</figcaption>"
        "</figure><p hidden>no</p><p style='display: none'>no</p><!-- no --><iframe>no</iframe><p>ب</p>",
        ["أ", "ب"],
    ),
    "text after what is dropped stays": ("<p>قبل<script>x</script> بعد<!-- x --> ثم</p>", ["قبل بعد ثم"]),
    "share widgets and their like": (
        "<p>أ</p><div class='share-buttons'>no</div><div id=related-articles><p>no</p></div><p>ب</p>",
        ["أ", "ب"],
    ),
    "an article whose own class looks like furniture": ("<div class='related'><p>الخبر</p></div>", ["الخبر"]),
    "read also, with its links": (
        "<p>أ</p><p>اقرأ أيضاً:</p><ul><li><a href=x>خبر آخر</a><li><a href=y>وآخر</a></ul><p>ب</p>",
        ["أ", "ب"],
    ),
    "read also, on one line": ("<p>أ</p><p><b>إقرأ المزيد</b>: <a href=x>خبر آخر</a></p>", ["أ"]),
    "a paragraph that begins as furniture does": (
        "<p>" + "شاهد أيضا " + "كلمة " * 40 + "</p>",
        [("شاهد أيضا " + "كلمة " * 40).strip()],
    ),
    "plain text": ("سطر أول\n\nسطر ثان\r\nخمسة < ستة & سبعة", ["سطر أول", "سطر ثان", "خمسة < ستة & سبعة"]),
    "line breaks where nothing else parts": ("سطر <b>أول</b>\nسطر ثان", ["سطر أول", "سطر ثان"]),
    "line breaks within paragraphs": ("<p>سطر\nأول</p>", ["سطر أول"]),
    "unclosed and crossed": ("<p>أ<p>ب<b>ج<i>د</b>ه</i>", ["أ", "بجده"]),
    "a declared encoding": ("<?xml version='1.0' encoding='utf-16'?><p>أ</p>", ["أ"]),
    "NUL": ("<p>أ\0ب</p>", ["أب"]),
    "nothing": ("", []),
    "markup of nothing": ("<p></p><br><div> &nbsp; </div><!-- -->", []),
    "a thousand levels": ("<div>" * 1000 + "عميق", ["عميق"]),
}


@pytest.mark.parametrize("name", CASES)
def test_paragraphs(name: str) -> None:
    html, expected = CASES[name]
    assert paragraphs(html) == expected


MANY = " ".join(f"a{n}=1" for n in range(5_000))


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (f"<p>أ</p><div hidden {MANY}>ب</div><p>ج</p>", "<p>أ</p><div>ب</div><p>ج</p>"),
        (f"<div a='>' b=\">\" {MANY}>ب", "<div>ب"),
        (f"<!--<p a='--><p {MANY}>ب", "<!--<p a='--><p>ب"),
        (f"<script>if (a<b && c='</script><p {MANY}>ب", "<script>if (a<b && c='</script><p>ب"),
        (f"<?<p a='><p {MANY}>ب", "<?<p a='><p>ب"),
        (f"<script {MANY}>x<p '</script>ب", "<script>x<p '</script>ب"),
        (f"<p {MANY}", "<p"),
        (f"<p title=it's>{MANY}<br>", None),
        (f"5 < 6 <!-- {MANY} --> <title>a<b {MANY}</title><img alt='>' src=a>", None),
    ],
    ids=range(9),
)
def test_a_tag_that_is_too_long_is_left_without_attributes(html: str, expected: str | None) -> None:
    assert bounded(html) == (expected or html)


def test_libxml2_is_not_given_a_tag_that_is_too_long() -> None:
    assert paragraphs(f"<p>أ</p><p hidden>no</p><p hidden {MANY}>ب</p>") == ["أ", "ب"]


@pytest.mark.parametrize("row", rows("agents.normalize", "furniture.tsv"), ids=lambda row: row["words"])
def test_furniture(row: dict[str, str]) -> None:
    if row["where"] == "class":
        assert is_furniture(row["example"])
    else:
        assert paragraphs(f"<p>خبر</p><p>{row['example']}</p>") == ["خبر"]


TAGS = "<p> </p> <div> <br> <b> </b> <a> <q> <td> <tr> <table> <script> <ul><li> <!-- --> & < > ]]> قال"
PIECES = st.lists(st.sampled_from(TAGS.split()) | st.text(max_size=8))


@settings(deadline=None)
@given(PIECES)
def test_any_markup_is_read(pieces: list[str]) -> None:
    for line in paragraphs("".join(pieces)):
        assert line == line.strip() != ""
        assert "\n" not in line


@given(PIECES)
def test_tags_of_a_usual_length_stay(pieces: list[str]) -> None:
    html = "".join(pieces) + "<p>" + "كلمة " * 2_000
    assert bounded(html) == html
