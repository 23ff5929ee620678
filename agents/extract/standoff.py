"""Stand-off annotation: statements of articles that are not ours to publish, as places in texts that others hold.

`lessons/corpus.tsv` annotates articles of a corpus (JSON lines, gzipped or not, with "id", "outlet", "title", "body",
"published") without a word of them. A row that names an article tells the CRC-32 of its text, the title and the body
on lines of their own; the rows below it are its statements, as `annotated.py` has them, every name as the place where
it stands. A place is start-end in code points of the text; several are parted by a blank.

usage: python -m agents.extract.standoff ANNOTATIONS.tsv CORPUS.jsonl[.gz] > ARTICLES.jsonl
       python -m agents.extract.standoff --detach ARTICLES.jsonl > ANNOTATIONS.tsv
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO
from zlib import crc32

from agents.extract.annotated import AnnotationError, Article, annotated_articles

_COLUMNS = (
    *("article", "crc", "cue", "mention", "content", "speaker", "aliases"),
    *("kind", "via", "form", "act", "parent", "optional"),
)
_PLAIN = ("kind", "form", "act", "parent")


def attached(annotations: Path, corpus: Path) -> Iterator[Article]:
    """The annotated articles, with their texts from the corpus; raises `AnnotationError` where they are not its."""
    with annotations.open(encoding="utf-8", newline="") as rows:
        told: dict[str, tuple[str, list[dict[str, str]]]] = {}
        for row in csv.DictReader(rows, delimiter="\t", strict=True):
            if row["article"]:
                told[row["article"]] = (row["crc"], statements := [])
            else:
                statements.append(row)
    found = {}
    with _open(corpus) as lines:
        for line in lines:
            article = json.loads(line)
            if article["id"] in told:
                found[article["id"]] = article
    for id_, (crc, rows_) in told.items():
        if id_ not in found:
            raise AnnotationError(f"{annotations}: article {id_} is not in {corpus}")
        article = found[id_]
        text = f"{article['title'].strip()}\n{article['body'].strip()}"
        if _crc(text) != crc:
            raise AnnotationError(f"{annotations}: {corpus} holds another text of article {id_}")
        yield {
            "doc": id_,
            "source": article["outlet"],
            "published": article["published"],
            "text": text,
            "statements": [_statement(number, row, text) for number, row in enumerate(rows_, 1)],
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


def _open(file: Path) -> TextIO:
    return gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8")


def _crc(text: str) -> str:
    return f"{crc32(text.encode()):08x}"


def _statement(number: int, row: dict[str, str], text: str) -> dict[str, Any]:
    cue, mention, content, speaker, aliases, via = (
        [[int(edge) for edge in place.split("-")] for place in row[name].split()]
        for name in ("cue", "mention", "content", "speaker", "aliases", "via")
    )
    return {
        "id": f"s{number}",
        "cue": cue[0] if cue else None,
        "mention": mention[0] if mention else None,
        "content": content,
        "speaker": text[slice(*speaker[0])] if speaker else None,
        "aliases": [text[slice(*alias)] for alias in aliases],
        "via": text[slice(*via[0])] if via else None,
        "optional": row["optional"] == "yes",
        **{name: row[name] or None for name in _PLAIN},
    }


def _row(statement: dict[str, Any], text: str) -> dict[str, str]:
    def names(*said: str | None) -> list[list[int]]:
        return [[start := text.index(name), start + len(name)] for name in said if name]

    def places(spans: Iterable[list[int]]) -> str:
        return " ".join(f"{start}-{end}" for start, end in spans)

    return {
        "cue": places([statement["cue"]] if statement["cue"] else []),
        "mention": places([statement["mention"]] if statement["mention"] else []),
        "content": places(statement["content"]),
        "speaker": places(names(statement["speaker"])),
        "aliases": places(names(*statement["aliases"])),
        "via": places(names(statement["via"])),
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
    except (AnnotationError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
