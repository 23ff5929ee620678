"""Articles for the tests of the pipeline's stages, and any number of texts that look like articles."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from streams.identity import identity
from streams.records import Article, Entry

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TITLE = "بلدية الرملة الجديدة تفتح مدارس المساء للعمال"
FIRST = "أعلنت بلدية الرملة الجديدة فتح باب التسجيل في مدارس المساء من يوم الأحد المقبل."
SECOND = 'وقالت مديرة التعليم سعاد الهواري إن "المقاعد تكفي لستمئة طالب" في السنة الأولى.'
THIRD = "وأضافت أن الدروس مجانية وأن الكتب توزع في اليوم الأول."
OTHER = "وحذر رئيس نقابة المعلمين نبيل الشامخ من تأخر الرواتب."


def an_article(*paragraphs: str, title: str = TITLE, language: str = "ar") -> Article:
    """The article of these paragraphs."""
    text = "\n".join((title, *paragraphs))
    return Article(
        article_id="a", revision=identity(title, text), outlet="الساحل", feed="f", url="https://sahil.example/1",
        title=title, text=text, text_from="content", language=language,
        published_at=NOW, fetched_at=NOW, normalized_at=NOW,
    )  # fmt: skip


def an_entry(name: str, *paragraphs: str, title: str = TITLE) -> Entry:
    """An entry with these paragraphs; `name` is its article's id."""
    return Entry(
        article_id=name, entry_id=name, feed="f", outlet="الساحل", url=f"https://sahil.example/{name}",
        title=title, content="".join(f"<p>{paragraph}</p>" for paragraph in paragraphs), fetched_at=NOW,
    )  # fmt: skip


_WORDS = (
    "قال قالت وأضاف وأضافت أن إن إنه بأن بحسب وفقا ل مشيرا إلى الوزير وزارة الصحة سعاد الهواري نبيل المتحدثة باسم رئيس "
    'البلدية " “ ” « » : ، . ؟ مؤكدا نفى دعا حذر من في على هذا الجسر 2026 🔥 بيان مصدر مسؤول الذي لا لم كَتَبَ ـ \n'
)
TEXTS = st.lists(st.sampled_from(_WORDS.split(" ")) | st.text(max_size=4), max_size=60).map(" ".join)
