"""Learn word classes from raw articles: words that keep the same neighbours fall into one class, as parts of speech do.

usage: python -m agents.extract.learning.word_classes ARTICLES.jsonl.gz [--words 24000] [--fine 160] [--coarse 40]

Writes lexicon/wordclasses.tsv. Only words and class numbers are kept, no text.
Needs numpy and scipy (development only).
Deterministic: the same articles give the same classes.
"""

from __future__ import annotations

import argparse
from collections import Counter
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import svds

from agents.extract.learning.corpus import articles
from agents.extract.reading.text import Text

# The commonest words serve as contexts, to the left and to the right apart: the order tells the part of speech.
_CONTEXTS = 1500
_DIMENSIONS = 60
_ROUNDS = 30


def tokens(path: Path) -> list[list[str]]:
    """The folded tokens of each article's title and body, numbers as one word."""
    texts = (Text(f"{article['title']}\n{article['body']}") for article in articles(path))
    return [["0" if form[0].isdigit() else form for form in text.form] for text in texts]


def embed(articles: list[list[str]], vocabulary: list[str]) -> np.ndarray:
    """Vectors of the words of `vocabulary`: positive pointwise information with their neighbours, reduced."""
    index = {word: n for n, word in enumerate(vocabulary)}
    pairs: Counter[tuple[int, int]] = Counter()
    for article in articles:
        codes = [index.get(form, -1) for form in article]
        for left, right in pairwise(codes):
            if left >= 0 and 0 <= right < _CONTEXTS:
                pairs[left, right] += 1
            if right >= 0 and 0 <= left < _CONTEXTS:
                pairs[right, _CONTEXTS + left] += 1
    rows, columns = zip(*pairs, strict=True)
    counts = csr_matrix(
        (np.array(list(pairs.values()), dtype=float), (rows, columns)), shape=(len(vocabulary), 2 * _CONTEXTS)
    )
    total = counts.sum()
    by_row = np.asarray(counts.sum(axis=1)).ravel()
    by_column = np.asarray(counts.sum(axis=0)).ravel() ** 0.75
    by_column *= total / by_column.sum()
    coo = counts.tocoo()
    coo.data = np.maximum(0.0, np.log(coo.data * total / (by_row[coo.row] * by_column[coo.col])))
    u, s, _ = svds(coo.tocsr(), k=_DIMENSIONS, v0=np.ones(min(coo.shape)))
    vectors = u * np.sqrt(s)
    unit: np.ndarray = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return unit


def cluster(vectors: np.ndarray, count: int) -> np.ndarray:
    """k-means on the sphere, begun from the commonest words spread out."""
    centres = [vectors[0]]
    near = vectors[: 4 * count] @ centres[0]
    for _ in range(count - 1):
        n = int(np.argmin(near))
        centres.append(vectors[n])
        near = np.maximum(near, vectors[: 4 * count] @ vectors[n])
    centre = np.array(centres)
    owner = np.zeros(len(vectors), dtype=int)
    for _ in range(_ROUNDS):
        owner = np.argmax(vectors @ centre.T, axis=1)
        for n in range(count):
            members = vectors[owner == n]
            if len(members):
                centre[n] = members.sum(axis=0) / max(float(np.linalg.norm(members.sum(axis=0))), 1e-9)
    return owner


def main() -> None:
    """Learn and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--words", type=int, default=24000)
    parser.add_argument("--fine", type=int, default=160)
    parser.add_argument("--coarse", type=int, default=40)
    arguments = parser.parse_args()
    texts = tokens(arguments.articles)
    seen = Counter(form for text in texts for form in text)
    vocabulary = [word for word, _ in sorted(seen.items(), key=lambda x: (-x[1], x[0]))[: arguments.words]]
    vectors = embed(texts, vocabulary)
    fine, coarse = cluster(vectors, arguments.fine), cluster(vectors, arguments.coarse)
    with open(str(files("agents.extract").joinpath("lexicon", "wordclasses.tsv")), "w", encoding="utf-8") as out:
        out.write("# Learned by word_classes.py from raw news; do not edit by hand.\nword\tfine\tcoarse\n")
        for word, a, b in sorted(zip(vocabulary, fine, coarse, strict=True)):
            if word[0].isalnum():
                out.write(f"{word}\t{a}\t{b}\n")


if __name__ == "__main__":
    main()
