"""The letters and marks that rules of Arabic speak of, by their Unicode names: the one module that spells any.

Words and affixes are data and stand in tables. After folding (`streams.arabic`) HEH is teh marbuta, too, ALEF with any
hamza is ALEF, and YEH is alef maksura.
"""

from __future__ import annotations

HAMZA, ALEF, BEH, TEH, JEEM, SEEN, SHEEN, GHAIN = "ء", "ا", "ب", "ت", "ج", "س", "ش", "غ"
FEH, KAF, LAM, MEEM, NOON, HEH, WAW, YEH = "ف", "ك", "ل", "م", "ن", "ه", "و", "ي"
TEH_MARBUTA, ALEF_MAKSURA = "ة", "ى"
MADDA_ON_ALEF, HAMZA_ON_ALEF, HAMZA_UNDER_ALEF, HAMZA_ON_WAW, HAMZA_ON_YEH = "آ", "أ", "إ", "ؤ", "ئ"
FATHATAN, DAMMA, SHADDA = "\u064b", "\u064f", "\u0651"
ARTICLE = ALEF + LAM
