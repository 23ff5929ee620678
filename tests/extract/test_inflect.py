"""Forms that a reader of grammar expects, one verb for each kind of root."""

from __future__ import annotations

import pytest

from agents.extract.lexicon.cues import cues
from agents.extract.lexicon.inflect import inflect
from streams.arabic import fold

TABLE = [
    ("أعلن", "IV", "", "", "أعلن أعلنت أعلنوا يعلن تعلن يعلنون معلنا معلنة معلنين إعلان نعلن أعلنا"),
    ("أفاد", "IV", "", "", "أفاد أفادت أفادوا يفيد تفيد يفيدون مفيدا إفادة أفدنا يفاد"),
    ("أبدى", "IV", "", "", "أبدى أبدت أبدوا يبدي تبدي يبدون مبديا مبدية إبداء أبديا"),
    ("أصرّ", "IV", "", "", "أصر أصرت أصروا يصر أصررت إصرار مصرا"),
    ("قال", "I", "يقول", "قول", "قال قالت قالوا قلت قلنا يقول تقول يقولون قائلا قائلة قول قيل يقال نقول"),
    ("نفى", "I", "ينفي", "نفي", "نفى نفت نفوا نفيت ينفي تنفي ينفون نافيا نافية نفي"),
    ("دعا", "I", "يدعو", "دعوة", "دعا دعت دعوا دعوت يدعو تدعو يدعون داعيا داعية دعوة دعوات"),
    ("رأى", "I", "يرى", "رأي", "رأى رأت رأوا رأيت يرى ترى يرون رأي"),
    ("سأل", "I", "", "سؤال", "سأل سألت سئل يسأل سائلا سؤال"),
    ("حثّ", "I", "", "حث", "حث حثت حثوا حثثت يحث حث"),
    ("أكّد", "II", "", "", "أكد أكدت يؤكد تؤكد يؤكدون مؤكدا مؤكدة تأكيد نؤكد"),
    ("طالب", "III", "", "مطالبة", "طالب طالبت يطالب مطالبا مطالبين مطالبة"),
    ("تمنّى", "V", "", "", "تمنى تمنت تمنوا يتمنى تتمنى يتمنون متمنيا"),
    ("اتّهم", "VIII", "", "", "اتهم اتهمت يتهم متهما متهمة اتهام اتهامات"),
    ("احتجّ", "VIII", "", "", "احتج احتجت يحتج احتججت احتجاج"),
    ("استنكر", "X", "", "", "استنكر استنكرت يستنكر مستنكرا استنكار"),
]


@pytest.mark.parametrize(("lemma", "measure", "imperfect", "masdar", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_forms(lemma: str, measure: str, imperfect: str, masdar: str, expected: str) -> None:
    forms = {form.text for form in inflect(lemma, measure, imperfect, masdar) if not form.bound}
    assert {fold(word) for word in expected.split()} <= forms


@pytest.mark.parametrize(
    ("word", "lemma", "shape", "pronoun"),
    [
        ("وقالت", "قال", "finite", ""),
        ("فأضاف", "أضاف", "finite", ""),
        ("سيعلن", "أعلن", "finite", ""),
        ("ليؤكد", "أكّد", "finite", ""),
        ("أعلنته", "أعلن", "finite", "ه"),
        ("نفاه", "نفى", "finite", "ه"),
        ("تنفيه", "نفى", "finite", "ه"),
        ("قوله", "قال", "masdar", "ه"),
        ("بقولها", "قال", "masdar", "ها"),
        ("تصريحاته", "تصريح", "noun", "ه"),
        ("دعوتها", "دعا", "masdar", "ها"),
        ("ادعائه", "ادّعى", "masdar", "ه"),
        ("بالقول", "قال", "masdar", ""),
        ("للمطالبة", "طالب", "masdar", ""),
        ("وبحسب", "بحسب", "attribution", ""),
        ("مشيرا", "أشار", "participle", ""),
        ("ورد", "ردّ", "finite", ""),
    ],
)
def test_clitics_are_parted(word: str, lemma: str, shape: str, pronoun: str) -> None:
    found = {(r.entry.lemma, r.form.shape, r.pronoun) for r in cues().readings(fold(word))}
    assert (lemma, shape, fold(pronoun)) in found


@pytest.mark.parametrize("word", ["قرية", "السيارة", "كتابان", "في", "الثلاثاء", "و", "ا"])
def test_other_words_are_no_cues(word: str) -> None:
    assert not [r for r in cues().readings(fold(word)) if r.entry.strength == "strong"]
