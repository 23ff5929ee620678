"""Stand-off annotation: statements of articles that are not ours to publish, as places in texts that others hold.

`lessons/corpus.tsv` and `doubtful.tsv` annotate articles of a corpus (see `corpus.py`) without a word of them. A row
that names an article tells the CRC-32 of its text, the title and the body on lines of their own; the rows below it are
its statements, as `annotated.py` has them, every name as the place where it stands. A place is start-end in code points
of the text; several are parted by a blank.

usage: python -m agents.extract.learning.standoff ANNOTATIONS.tsv CORPUS.jsonl[.gz] > ARTICLES.jsonl
       python -m agents.extract.learning.standoff --detach ARTICLES.jsonl > ANNOTATIONS.tsv
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

from agents.extract.annotated import AnnotationError, Article, annotated_articles
from agents.extract.learning.corpus import articles

_COLUMNS = (
    *("article", "crc", "cue", "mention", "content", "speaker", "aliases"),
    *("kind", "via", "form", "act", "parent", "optional"),
)
_PLACES = ("cue", "mention", "content", "speaker", "aliases", "via")
_PLAIN = ("kind", "form", "act", "parent")

# A row, and the places in it by their columns.
_Statement = tuple[dict[str, str], dict[str, list[list[int]]]]


def attached(annotations: Path, corpus: Path) -> Iterator[Article]:
    """The annotated articles, with their texts from the corpus; raises `AnnotationError` where they are not its."""
    told = _rows(annotations)
    found = {article["id"]: article for article in articles(corpus) if article.get("id") in told}
    for id_, (crc, rows) in told.items():
        if id_ not in found:
            raise AnnotationError(f"{annotations}: article {id_} is not in {corpus}")
        article = found[id_]
        text = f"{article['title'].strip()}\n{article['body'].strip()}"
        if _crc(text) != crc:
            raise AnnotationError(f"{annotations}: {corpus} holds another text of article {id_}")
        yield {
            "doc": id_,
            "source": article.get("outlet"),
            "published": article.get("published"),
            "text": text,
            "statements": [_statement(number, row, text) for number, row in enumerate(rows, 1)],
        }


def detached(articles: Iterable[Article]) -> Iterator[dict[str, str]]:
    """The rows for annotated articles; raises `AnnotationError` for a name that its text does not hold."""
    for article in articles:
        text = article["text"]
        yield {"article": article["doc"], "crc": _crc(text)}
        for statement in article["statements"]:
            try:
                yield _row(statement, text)
            except ValueError as error:
                raise AnnotationError(f"{article['doc']}, {statement['id']}: a name is not in the text") from error


def _rows(annotations: Path) -> dict[str, tuple[str, list[_Statement]]]:
    """By article: its text's checksum and the rows of its statements, places read."""
    told: dict[str, tuple[str, list[_Statement]]] = {}
    statements: list[_Statement] | None = None
    with annotations.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", strict=True)
        try:
            for row in rows:
                if row["article"]:
                    told[row["article"]] = (row["crc"], statements := [])
                elif statements is None:
                    raise ValueError("a statement before any article")
                else:
                    statements.append((row, {name: _places(row[name]) for name in _PLACES}))
        except (csv.Error, ValueError, KeyError, AttributeError) as error:
            why = f"{type(error).__name__}: {error}"
            raise AnnotationError(f"{annotations}, line {rows.line_num}: no stand-off annotation ({why})") from error
    return told


def _places(cell: str) -> list[list[int]]:
    """The places start-end of a cell; raises ValueError for what is none."""
    return [[int(start), int(end)] for start, end in (place.split("-") for place in cell.split())]


def _crc(text: str) -> str:
    return f"{crc32(text.encode()):08x}"


def _statement(number: int, told: _Statement, text: str) -> dict[str, Any]:
    row, places = told
    names = {name: [text[start:end] for start, end in places[name]] for name in ("speaker", "aliases", "via")}
    return {
        "id": f"s{number}",
        "cue": next(iter(places["cue"]), None),
        "mention": next(iter(places["mention"]), None),
        "content": places["content"],
        "speaker": next(iter(names["speaker"]), None),
        "aliases": names["aliases"],
        "via": next(iter(names["via"]), None),
        "optional": row["optional"] == "yes",
        **{name: row[name] or None for name in _PLAIN},
    }


def _row(statement: dict[str, Any], text: str) -> dict[str, str]:
    def places(*spans: list[int] | None) -> str:
        return " ".join(f"{span[0]}-{span[1]}" for span in spans if span)

    def names(*said: str | None) -> str:
        return places(*([start := text.index(name), start + len(name)] for name in said if name))

    return {
        "cue": places(statement["cue"]),
        "mention": places(statement["mention"]),
        "content": places(*statement["content"]),
        "speaker": names(statement["speaker"]),
        "aliases": names(*statement["aliases"]),
        "via": names(statement["via"]),
        "optional": "yes" if statement["optional"] else "",
        **{name: statement[name] or "" for name in _PLAIN},
    }


def main() -> int:
    """Join annotations and corpus, or part them; to standard output."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("annotations", type=Path)
    parser.add_argument("corpus", type=Path, nargs="?", help="what the annotations are of")
    parser.add_argument("--detach", action="store_true", help="part articles that were annotated with their texts")
    arguments = parser.parse_args()
    if arguments.detach == bool(arguments.corpus):
        parser.error("either a corpus or --detach")
    try:
        if arguments.detach:
            writer = csv.DictWriter(sys.stdout, _COLUMNS, restval="", delimiter="\t", lineterminator="\n")
            writer.writeheader()
            writer.writerows(detached(annotated_articles([arguments.annotations])))
        else:
            for article in attached(arguments.annotations, arguments.corpus):
                print(json.dumps(article, ensure_ascii=False))
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
