"""Learn the parts of speech of words from articles that a tagger has read.

usage: python -m agents.extract.learning.parts_of_speech FOLDER

FOLDER holds texts, and beside each what Stanford CoreNLP (4.5.7, models for Arabic) tells of it, for TEXT in TEXT.json:

    java -cp 'corenlp/*' edu.stanford.nlp.pipeline.StanfordCoreNLP -props StanfordCoreNLP-arabic.properties \\
        -annotators tokenize,ssplit,pos -outputFormat json -filelist TEXTS -outputDirectory FOLDER

Writes lexicon/parts_of_speech.tsv: words and tags only, no text. Deterministic. The tagger is needed for nothing else.

A word that holds several units has a tag of several parts (CC+VBD: conjunction and verb), in the tagset of the Penn
Arabic Treebank as the tagger has it. Words of open classes are told by their tags; function words and very frequent
ones stand for themselves. Rare words are guessed from what rare words with the same first and last letters are.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from importlib.resources import files
from itertools import groupby
from pathlib import Path

from agents.extract.lexicon.classes import ITSELF, SHAPES, shape
from agents.extract.reading.text import Text

_OPEN = re.compile("NN|JJ|VB|VN|CD")
# A word is listed when it was seen so often; one in so many words is known too well for a tag.
_LEAST, _FREQUENT = 3, 1500
# Letters are learned from words that were seen no more often, and told when there are so many.
_RARE, _ENOUGH = 6, 5


def tagged(text: Text, units: list[tuple[int, str]]) -> Iterator[tuple[str, str]]:
    """The folded words of a text, each with the tags of the units that begin in it; `units`: offset of text, tag."""
    waiting = iter([*units, (len(text.raw), "")])
    begin, tag = next(waiting)
    for start, end, form, wordlike in zip(text.start, text.end, text.form, text.wordlike, strict=True):
        held = []
        while begin < end:
            if begin >= start:
                held.append(tag)
            begin, tag = next(waiting)
        if held and wordlike:
            yield form, "+".join(held)


def count(folder: Path) -> dict[str, Counter[str]]:
    """How often each word of the texts of a folder was tagged how."""
    seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for path in sorted(folder.glob("*.json")):
        told = json.loads(path.read_text(encoding="utf-8"))
        text = Text(path.with_suffix("").read_text(encoding="utf-8"))
        if max(text.raw, default="") > "\uffff":
            raise SystemExit(f"{path.with_suffix('')}: take out the emoji and the like: the tagger counts them as two")
        units = [(unit["characterOffsetBegin"], unit["pos"]) for s in told["sentences"] for unit in s["tokens"]]
        for form, tag in tagged(text, units):
            seen[form][tag] += 1
    return seen


def classes(seen: dict[str, Counter[str]]) -> dict[str, str]:
    """The commonest tag of each word seen often enough, and of the first and last letters of rare words."""
    found: dict[str, str] = {}
    letters: defaultdict[str, Counter[str]] = defaultdict(Counter)
    words = sum(tags.total() for tags in seen.values())
    for form, tags in sorted(seen.items()):
        if not form.isalpha():
            continue
        tag, total = _commonest(tags), tags.total()
        if total <= _RARE:
            for first, last in SHAPES:
                if first + last <= len(form):
                    letters[shape(form, first, last)][tag] += 1
        if total >= _LEAST:
            found[form] = tag if _OPEN.search(tag) and total * _FREQUENT < words else ITSELF
    for edges, tags in letters.items():
        tag = _commonest(tags)
        if tags.total() >= _ENOUGH and _OPEN.search(tag):
            found[edges] = tag
    return found


def _commonest(tags: Counter[str]) -> str:
    return min(tags, key=lambda tag: (-tags[tag], tag))


def main() -> None:
    """Count and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    found = classes(count(parser.parse_args().folder))
    with open(str(files("agents.extract").joinpath("lexicon", "parts_of_speech.tsv")), "w", encoding="utf-8") as out:
        out.write("# Learned by parts_of_speech.py from tagged news; do not edit by hand.\ntag\twords\n")
        for tag, members in groupby(sorted(found, key=lambda form: (found[form], form)), found.__getitem__):
            out.write(f"{tag}\t{' '.join(members)}\n")


if __name__ == "__main__":
    main()
