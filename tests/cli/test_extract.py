"""`tasrih extract` and `explain` as a user's shell sees them."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard

ARTICLE = 'سدود البلاد تمتلئ\nقالت وزيرة المياه هدى العلي إن السدود ممتلئة، مضيفة أن "الأسعار لن ترتفع".\n'


def tasrih(*words: str, given: str | bytes = "", **environment: str) -> subprocess.CompletedProcess[bytes]:
    data = given.encode("utf-8", "surrogatepass") if isinstance(given, str) else given
    return subprocess.run(
        [sys.executable, "-m", "agents.cli", *words], input=data, capture_output=True, timeout=60,
        env=os.environ | environment,
    )  # fmt: skip


def test_lines_in_lines_out() -> None:
    texts = [ARTICLE, "", "🙂" * 50, '"' * 500, "no Arabic here", "قال \ud800 إن"]
    lines = [json.dumps({"doc": n, "text": text, "published": "2026-03-01"}) for n, text in enumerate(texts)]
    answer = tasrih("extract", "--jsonl", given="\n".join(lines))
    assert answer.returncode == 0, answer.stderr
    answers = [json.loads(line) for line in answer.stdout.splitlines()]
    assert [a["doc"] for a in answers] == [*range(len(texts))]
    first, second = answers[0]["statements"]
    assert ARTICLE[slice(*first["cue"])] == "قالت"
    assert [ARTICLE[a:b] for a, b in second["content"]] == ["الأسعار لن ترتفع"]
    assert first["speaker"] == second["speaker"] == "هدى العلي"
    assert second["form"] == "direct"


def test_lines_as_other_systems_write_them() -> None:
    line = json.dumps({"doc": "a", "text": ARTICLE}).encode()
    answer = tasrih("extract", "--jsonl", given=b"\xef\xbb\xbf" + line + b"\r\n" + line + b"\r\n")
    assert answer.returncode == 0, answer.stderr
    assert [len(json.loads(one)["statements"]) for one in answer.stdout.splitlines()] == [2, 2]


def test_what_lines_cannot_have_is_refused() -> None:
    answer = tasrih("extract", "--jsonl", "--published", "2018-03-01", given="{}")
    assert answer.returncode == 2
    assert "is for one text" in answer.stderr.decode()


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (b"{", "not JSON"),
        (b"\xff\xfe", "can't decode byte"),
        (b"{'doc': 1}", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[1, 2]", "got `array`"),
        (b"null", "got `null`"),
        (b'{"doc": "x", "body": "a"}', "missing required field `text`"),
        (b'{"doc": "x", "text": null}', "`$.text`"),
        (b'{"doc": "x", "text": 5}', "`$.text`"),
        (b'{"text": "a", "published": []}', "`$.published`"),
        (b'{"text": "a", "published": "nonsense"}', "`published` is 'nonsense'"),
    ],
)
def test_a_line_that_is_no_article_is_told_and_the_others_served(bad: bytes, told: str) -> None:
    good = json.dumps({"doc": "a", "text": ARTICLE, "published": ""}).encode()
    answer = tasrih("extract", "--jsonl", given=good + b"\n" + bad + b"\n" + good)
    assert answer.returncode == 1
    (line,) = answer.stderr.decode().splitlines()
    assert line.startswith("tasrih: line 2 of -: ")
    assert told in line
    assert len(answer.stdout.splitlines()) == 2


def test_packed_lines_are_answered_by_several_processes_as_plain_ones_by_one() -> None:
    lines = [json.dumps({"doc": n, "text": ARTICLE}) for n in range(40)]
    given = "\n".join([*lines[:20], "", "{", *lines[20:]]).encode()
    plain = tasrih("extract", "--jsonl", given=given)
    assert [json.loads(line)["doc"] for line in plain.stdout.splitlines()] == [*range(40)]
    packed = tasrih("extract", "--jsonl", "--jobs", "2", given=zstandard.compress(given))
    assert (packed.returncode, packed.stdout, packed.stderr) == (1, plain.stdout, plain.stderr)
    broken = tasrih("extract", "--jsonl", given=gzip.compress(given)[:-9])
    assert broken.returncode == 1
    assert plain.stdout.startswith(broken.stdout)
    assert "- is damaged, or did not come whole" in broken.stderr.decode().splitlines()[-1]


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Whoever is started in the background ignores Ctrl-C, and so do his children: not here."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_interrupted_it_says_where_to_go_on() -> None:
    line = json.dumps({"doc": 1, "text": ARTICLE}).encode()
    with subprocess.Popen(
        [sys.executable, "-m", "agents.cli", "extract", "--jsonl"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as run:  # fmt: skip
        assert run.stdin
        assert run.stdout
        assert run.stderr
        run.stdin.write(line + b"\n{\n")
        run.stdin.flush()
        assert b"line 2 of -: not JSON" in run.stderr.readline()
        run.send_signal(signal.SIGINT)
        assert run.wait() == 130
        assert len(run.stdout.read().splitlines()) == 1
        assert run.stderr.read().decode() == "\ntasrih: stopped after line 2 of -: go on from the next\n"


@pytest.mark.usefixtures("interruptible")
def test_interrupted_twice_it_leaves_no_process_behind(tmp_path: Path) -> None:
    file = tmp_path / "articles.jsonl"
    file.write_bytes((json.dumps({"text": ARTICLE}).encode() + b"\n") * 20_000)
    found = tmp_path / "found.jsonl"
    with found.open("wb") as output, subprocess.Popen(
        [sys.executable, "-m", "agents.cli", "extract", "--jsonl", "--jobs", "2", str(file)],
        stdout=output, stderr=subprocess.PIPE,
    ) as run:  # fmt: skip
        while not found.stat().st_size:
            time.sleep(0.01)
        run.send_signal(signal.SIGINT)
        time.sleep(0.05)
        run.send_signal(signal.SIGINT)
        _, errors = run.communicate(timeout=20)  # which end when the last process has closed them
        assert run.returncode == 130
        assert b"go on from the next" in errors


def test_a_text_for_a_person_and_for_a_program(tmp_path: Path) -> None:
    file = tmp_path / "article.txt"
    file.write_text(ARTICLE, "utf-8")
    assert "هدى العلي" in tasrih("extract", str(file)).stdout.decode()
    found = json.loads(tasrih("extract", "--json", str(file)).stdout)
    assert found["text"] == ARTICLE
    _, second = found["statements"]
    assert second["content_text"] == "الأسعار لن ترتفع"
    assert [ARTICLE[a:b] for a, b in second["content"]] == [second["content_text"]]
    assert (second["cue_text"], second["cue_lemma"], second["mention_text"]) == ("مضيفة", "أضاف", None)
    assert ARTICLE[slice(*second["cue"])] == second["cue_text"]
    assert second["context"] == ARTICLE.splitlines()[1].removesuffix(".")
    assert second["resolved_by"] == "elided"
    explained = tasrih("explain", str(file)).stdout.decode()
    assert "because" in explained
    assert "confidence" in explained


PAGE = (
    "<html><head><title>سدود البلاد تمتلئ</title></head><body><article><h1>سدود البلاد تمتلئ</h1>"
    f"<p>{ARTICLE.splitlines()[1]}</p></article></body></html>"
)


@pytest.mark.parametrize(
    ("encoding", "declaration"),
    [
        ("utf-8", ""),
        ("windows-1256", '<meta charset="windows-1256">'),
        ("iso-8859-6", '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-6">'),
        ("utf-16", ""),
        ("utf-8", '<meta charset="windows-1256">'),
    ],
)
def test_a_page_is_read_in_its_encoding(encoding: str, declaration: str) -> None:
    page = PAGE.replace("<head>", f"<head>{declaration}").encode(encoding, "xmlcharrefreplace")
    answer = tasrih("extract", "--html", "--json", given=page)
    assert answer.returncode == 0, answer.stderr
    found = json.loads(answer.stdout)
    assert found["text"].startswith("سدود البلاد تمتلئ\nقالت وزيرة المياه")
    assert [s["speaker"] for s in found["statements"]] == ["هدى العلي"] * 2


def test_pages_as_lines_come_with_their_texts() -> None:
    given = "\n".join(json.dumps({"doc": n, "text": page}) for n, page in enumerate([PAGE, "", "<p"]))
    answer = tasrih("extract", "--jsonl", "--html", given=given)
    assert answer.returncode == 0, answer.stderr
    first, *others = (json.loads(line) for line in answer.stdout.splitlines())
    assert [first["text"][slice(*s["cue"])] for s in first["statements"]] == ["قالت", "مضيفة"]
    assert [one["statements"] for one in others] == [[], []]


@pytest.mark.parametrize(
    ("words", "given", "says"),
    [
        (["extract", "no-such-file"], "", "cannot read no-such-file"),
        (["extract"], b"\xe7\xe8", "not UTF-8"),
        (["extract", "--html"], b"\xff\xfe" + b"\x00\xdc" * 9, "- cannot be read, in utf-16"),
        (["extract", "--published", "soon"], ARTICLE, "not a time"),
        (["worker", "dance"], "", "there is no role dance"),
        (["worker", "extract"], "", "a worker needs a cluster"),
    ],
)
def test_errors_are_one_clear_sentence(words: list[str], given: str | bytes, says: str) -> None:
    answer = tasrih(*words, given=given)
    assert answer.returncode != 0
    assert says in answer.stderr.decode()
    assert "Traceback" not in answer.stderr.decode()


PRINTING = pytest.mark.parametrize("words", [["extract"], ["extract", "--json"], ["explain"]], ids=" ".join)


@PRINTING
@pytest.mark.parametrize("locale", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}], ids=str)
def test_arabic_leaves_in_utf8_whatever_the_locale(words: list[str], locale: dict[str, str]) -> None:
    answer = tasrih(*words, given=ARTICLE, **locale)
    assert (answer.returncode, answer.stderr) == (0, b"")
    assert "هدى العلي" in answer.stdout.decode()


@pytest.mark.parametrize("how", [["-m", "agents.cli"], ["-c", "from agents.cli import main; main()"]], ids=str)
@pytest.mark.parametrize("locale", [{}, {"LC_ALL": "C", "PYTHONUTF8": "0"}], ids=str)
def test_arabic_arrives_in_utf8_whatever_the_locale(how: list[str], locale: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "مقال.txt"
    file.write_text(ARTICLE, encoding="utf-8")
    for words, told in (
        (["extract", str(file)], "هدى العلي"),
        (["extract", "--published", "غدا"], "--published غدا: not"),
    ):
        answer = subprocess.run(
            [sys.executable, *how, *words], env=os.environ | locale, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=60, check=False,
        )  # fmt: skip
        assert told in (answer.stdout + answer.stderr).decode()
    other = os.fsencode(tmp_path / "article-") + b"\xe7"  # in another encoding
    shutil.copy(file, other)
    answer = subprocess.run(
        [sys.executable, *how, "extract", other], env=os.environ | locale, capture_output=True, timeout=60, check=False
    )
    assert (answer.returncode, answer.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@PRINTING
def test_a_full_disk_is_told_in_one_line(words: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        answer = subprocess.run(
            [sys.executable, "-m", "agents.cli", *words], input=ARTICLE.encode(), stdout=full, stderr=subprocess.PIPE,
            timeout=60, check=False,
        )  # fmt: skip
    assert (answer.returncode, answer.stderr) == (1, b"tasrih: cannot write: No space left on device\n")


@pytest.mark.parametrize(
    ("closing", "words", "told"),
    [
        (">&-", ["extract"], "standard output"),
        (">&-", ["extract", "--json"], "standard output"),
        (">&-", ["extract", "--jsonl"], "standard output"),
        (">&-", ["explain"], "standard output"),
        (">&-", ["doctor"], "standard output"),
        (">&-", ["--help"], "standard output"),
        ("<&-", ["extract"], "standard input"),
        ("<&-", ["extract", "--jsonl"], "standard input"),
        ("<&- >&-", ["extract"], "standard input, standard output"),
    ],
    ids=str,
)
def test_a_stream_that_is_closed_is_told_in_one_line(closing: str, words: list[str], told: str) -> None:
    given = json.dumps({"doc": "1", "text": ARTICLE}) if "--jsonl" in words else ARTICLE
    answer = subprocess.run(
        ["sh", "-c", f'"$@" {closing}', "sh", sys.executable, "-m", "agents.cli", *words], input=given.encode(),
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert (answer.returncode, answer.stderr.decode()) == (1, f"tasrih: needed, but closed: {told}\n")


def test_what_needs_no_stream_that_is_closed_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "article.txt"
    file.write_text(ARTICLE, encoding="utf-8")
    answer = subprocess.run(
        ["sh", "-c", '"$@" <&- 2>&-', "sh", sys.executable, "-m", "agents.cli", "extract", str(file)],
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert answer.returncode == 0
    assert "هدى العلي" in answer.stdout.decode()
