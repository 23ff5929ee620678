"""The kinds of channel, against real receivers."""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from time import time
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from standardwebhooks import Webhook, WebhookVerificationError

from agents.alert.channels import Channel, ChannelError, Delivered, Message, Refused, Retry, open_channel, opened
from agents.alert.wording import entry, worded
from streams.records import Alert, Cue, Mention, Speaker, Statement
from streams.settings import Settings
from tests.alert.receiver import HANG, SECRET, Inbox, Receiver, receiving
from tests.alert.samples import alert, statement
from tests.readme import names

LOOPBACK = Settings(allow_private=True)
MESSAGE = Message("msg_1", (alert(1),))


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as found:
        yield found


def webhook(url: str, settings: Settings = LOOPBACK, **options: Any) -> Channel:
    return open_channel("desk", {"kind": "webhook", "url": url, "secret": SECRET, **options}, settings)


async def deliver(channel: Channel, message: Message = MESSAGE) -> Any:
    try:
        return await channel.deliver(message)
    finally:
        await channel.close()


async def test_a_webhook_is_signed_so_that_the_reference_verifier_takes_it(receiver: Receiver) -> None:
    assert await deliver(webhook(receiver.url)) == Delivered()
    ((message_id, body),) = receiver.accepted
    assert message_id == "msg_1"
    assert body["type"] == "alert.matched"
    assert body["data"]["alert_id"] == "alert1"
    assert body["data"]["statement"]["content"] == alert(1).statement.content


async def test_a_signature_is_of_this_key_id_and_body(receiver: Receiver) -> None:
    from agents.alert.channels.webhook import _key, payload, signed

    body = payload(MESSAGE)
    headers = signed("msg_1", int(__import__("time").time()), body, [_key(SECRET)])
    Webhook(SECRET).verify(body, headers)
    for changed in (body + b" ", body):
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(changed, {**headers, "webhook-id": "msg_1" if changed != body else "msg_2"})


@pytest.mark.parametrize("padding", ["", "="])
def test_the_verifier_of_the_readme_takes_what_is_genuine_alone(padding: str) -> None:
    from agents.alert.channels.webhook import _key, payload, signed

    genuine, secret, now = (
        names("genuine")["genuine"],
        f"whsec_{b64encode(b'k' * 23).decode().rstrip('=')}{padding}",
        int(time()),
    )
    body, other = payload(MESSAGE), _key("whsec_" + "b" * 32)
    headers = signed("msg_1", now, body, [other, _key(secret)])
    assert genuine(headers, body, secret)
    assert not genuine(headers, body + b" ", secret)
    assert not genuine({**headers, "webhook-id": "msg_2"}, body, secret)
    assert not genuine(signed("msg_1", now, body, [other]), body, secret)
    assert not genuine(signed("msg_1", now - 600, body, [_key(secret)]), body, secret)


async def test_two_keys_sign_while_the_secret_is_changed(receiver: Receiver) -> None:
    new = "whsec_" + "bmV3LWtleS1vZi1hLXJlY2VpdmVyLW9mLW91cnM="
    receiver.secret = SECRET
    assert await deliver(webhook(receiver.url, secret=new, previous_secret=SECRET)) == Delivered()
    receiver.secret = new
    assert await deliver(webhook(receiver.url, secret=new, previous_secret=SECRET)) == Delivered()


async def test_what_a_digest_and_a_retraction_look_like(receiver: Receiver) -> None:
    channel = webhook(receiver.url)
    retraction = alert(2, retracts="alert1")
    await channel.deliver(Message("msg_2", (retraction,)))
    await deliver(channel, Message("msg_3", (alert(1), retraction)))
    (_, first), (_, second) = receiver.accepted
    assert (first["type"], first["data"]["retracts"]) == ("alert.retracted", "alert1")
    assert (second["type"], second["data"]["rule"], len(second["data"]["alerts"])) == ("alert.digest", "r", 2)


@pytest.mark.parametrize(
    ("status", "headers", "result"),
    [
        (200, {}, Delivered()),
        (410, {}, Refused("the receiver answered 410 Gone", disable=True)),
        (500, {}, Retry("the receiver answered 500")),
        (404, {}, Retry("the receiver answered 404")),
        (429, {"Retry-After": "120"}, Retry("the receiver answered 429", timedelta(seconds=120))),
        (503, {"Retry-After": "soon"}, Retry("the receiver answered 503")),
        (503, {"Retry-After": "9" * 400}, Retry("the receiver answered 503", timedelta(seconds=10**6))),
        (503, {"Retry-After": "Mon, 01 Jan 2001 00:00:00 GMT"}, Retry("the receiver answered 503")),
        (
            503,
            {"Retry-After": "Fri, 31 Dec 9999 00:00:00 -0000"},
            Retry("the receiver answered 503", timedelta(seconds=1e6)),
        ),
    ],
)
async def test_what_the_answers_mean(receiver: Receiver, status: int, headers: dict[str, str], result: object) -> None:
    receiver.status, receiver.headers = status, headers
    assert await deliver(webhook(receiver.url)) == result


async def test_redirects_are_not_followed(receiver: Receiver) -> None:
    receiver.status, receiver.headers = 302, {"Location": receiver.url}
    result = await deliver(webhook(receiver.url))
    assert isinstance(result, Retry)
    assert "redirects (302)" in result.reason
    assert len(receiver.requests) == 1


async def test_a_receiver_that_hangs_is_left_alone(receiver: Receiver) -> None:
    receiver.status = HANG
    assert await deliver(webhook(receiver.url, timeout=0.2)) == Retry("the receiver did not answer in time")


async def test_nobody_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        result = await deliver(webhook(f"http://127.0.0.1:{taken.getsockname()[1]}/"))
    assert isinstance(result, Retry)
    assert "cannot connect to 127.0.0.1" in result.reason


async def test_a_receiver_that_talks_nonsense() -> None:
    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"\x00\xff not HTTP at all\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(nonsense, "127.0.0.1", 0)
    async with server:
        result = await deliver(webhook(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/?token=hidden"))
    assert isinstance(result, Retry)
    assert "hidden" not in result.reason


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1", "[::ffff:127.0.0.1]"]
)
async def test_private_addresses_are_refused_unless_allowed(receiver: Receiver, host: str) -> None:
    result = await deliver(webhook(receiver.url.replace("127.0.0.1", host), Settings(allow_private=False)))
    assert isinstance(result, Refused)
    assert not result.disable
    assert receiver.requests == []


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({}, "kind is None; allowed: webhook, apprise"),
        ({"kind": "pigeon"}, "kind is 'pigeon'"),
        ({"kind": "webhook", "url": "https://x.example"}, "missing required field `secret`"),
        (
            {"kind": "webhook", "url": "https://x.example", "secret": SECRET, "retries": 3},
            "a channel of kind webhook has:",
        ),
        ({"kind": "webhook", "url": "ftp://x.example", "secret": SECRET}, "no web address"),
        ({"kind": "webhook", "url": "https://x.example", "secret": "hunter2"}, "secret is no key"),
        ({"kind": "webhook", "url": "https://x.example", "secret": "env:TASRIH_NONE"}, "no variable TASRIH_NONE"),
        ({"kind": "webhook", "url": 3, "secret": SECRET}, "expected text, got int"),
        ({"kind": "apprise", "url": "nosuch://hunter2@x"}, "does not understand the url"),
    ],
    ids=str,
)
async def test_a_channel_written_wrong_is_told_without_its_secrets(table: dict[str, Any], said: str) -> None:
    with pytest.raises(ChannelError) as raised:
        open_channel("desk", table, LOOPBACK)
    assert str(raised.value).startswith("channel desk: ")
    assert said in str(raised.value)
    assert "hunter2" not in str(raised.value)


async def test_secrets_come_from_the_environment_and_files(
    receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK_SECRET", SECRET)
    (tmp_path / "url").write_text(receiver.url + "\n")
    tables = {"desk": {"kind": "webhook", "url": f"file:{tmp_path / 'url'}", "secret": "env:DESK_SECRET"}}
    async with opened(tables, LOOPBACK) as channels:
        assert await channels["desk"].deliver(MESSAGE) == Delivered()


@pytest.mark.parametrize(("status", "result"), [(200, Delivered), (500, Retry)])
async def test_apprise_sends_words(status: int, result: type, caplog: pytest.LogCaptureFixture) -> None:
    with Inbox(status) as inbox:
        threading.Thread(target=inbox.serve_forever, daemon=True).start()
        url = f"json://user:hunter2@127.0.0.1:{inbox.server_address[1]}/"
        found = await deliver(open_channel("duty", {"kind": "apprise", "url": url, "zone": "Asia/Riyadh"}, LOOPBACK))
        inbox.shutdown()
    assert isinstance(found, result)
    assert isinstance(found, Delivered) or "error=500" in found.reason
    assert inbox.posts[0]["title"] == "سامي الخطيب: تحذير"
    assert "2026-03-04 15:00" in inbox.posts[0]["message"]
    assert "hunter2" not in caplog.text + repr(found)


async def test_an_outlets_text_calls_nobody_in_a_chat() -> None:
    calling = told(statement(speaker="@here", content="@everyone: a@all.example, <@123>, @Channel, @allam", cue=None))
    with Inbox(200) as inbox:
        threading.Thread(target=inbox.serve_forever, daemon=True).start()
        url = f"json://127.0.0.1:{inbox.server_address[1]}/"
        await deliver(open_channel("duty", {"kind": "apprise", "url": url}, LOOPBACK), Message("m", (calling,)))
        inbox.shutdown()
    assert inbox.posts[0]["title"].startswith("＠here")
    assert "＠everyone: a@all.example, <＠123>, ＠Channel, @allam" in inbox.posts[0]["message"]


async def test_without_the_extra_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(ChannelError, match=r"pip install 'tasrih\[alerts\]'"):
        open_channel("duty", {"kind": "apprise", "url": "json://x"}, LOOPBACK)


def told(said: Statement, **fields: Any) -> Alert:
    """An alert on `said`."""
    return msgspec.structs.replace(alert(1, **fields), statement=said)


def test_words_for_people() -> None:
    unnamed = told(statement(speaker=None, content="{url} " + "كلمة " * 500, form="direct"))
    title, body = worded(Message("m", (unnamed,)), "en", "UTC")
    assert title == "an unnamed source: warns"
    assert body.startswith("«{url} كلمة")
    assert len(body) < 700
    title, _ = worded(Message("m", (alert(1, retracts="x"),)), "ar", "UTC")
    assert title == "سُحب: سامي الخطيب: تحذير"
    title, body = worded(Message("m", tuple(alert(n) for n in range(25))), "en", "UTC")
    assert title == "r: 25"
    assert body.endswith("and 15 more")


@pytest.mark.parametrize(("room", "shown"), [(32768, 10), (4096, 5), (2000, 2), (1024, 1)])
async def test_a_message_is_as_long_as_the_service_takes(
    room: int, shown: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apprise.plugins.custom_json.NotifyJSON.body_maxlen", room)
    long = told(statement(content="كلمة " * 500, url="https://outlet.example/" + "%D8%A7" * 30))
    with Inbox(200) as inbox:
        threading.Thread(target=inbox.serve_forever, daemon=True).start()
        url = f"json://127.0.0.1:{inbox.server_address[1]}/"
        channel = open_channel("duty", {"kind": "apprise", "url": url, "language": "en"}, LOOPBACK)
        await channel.deliver(Message("m", (long,) * 25))
        await deliver(channel, Message("m", (long,)))
        inbox.shutdown()
    for post in inbox.posts:
        assert len(post["title"] + "\r\n" + post["message"]) <= room
    digest, one = (post["message"] for post in inbox.posts)
    assert digest.count(long.statement.url) == shown
    assert digest.endswith(f"and {25 - shown} more")
    assert one.endswith(long.statement.url)


def test_of_what_was_said_something_is_left_however_little_room_there_is() -> None:
    long = told(statement(content="كلمة " * 500, url="https://outlet.example/" + "%D8%A7" * 30))
    _, body = worded(Message("m", (long,)), "ar", "UTC", 160)
    assert len(body.splitlines()[0]) == 60


LONG = " ".join(["كلمة"] * 40)


def said(text: str, content: str, cue: str, mention: str = "", **fields: Any) -> Statement:
    """A statement of `text`, which stands somewhere in its article."""

    def span(words: str) -> tuple[int, int]:
        return 700 + text.index(words), 700 + text.index(words) + len(words)

    speaker = Speaker("سيرغي لافروف", None, "person", Mention(mention, *span(mention)) if mention else None, "named")
    found = statement(
        context=text, content=content, content_spans=[span(content)], cue=Cue(cue, cue, *span(cue)) if cue else None,
        **fields,
    )  # fmt: skip
    return msgspec.structs.replace(found, speaker=speaker)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            said(
                "وتكون القمة غدا. ونفى أن تكون بلاده قد استهدفت مدنيين.", "تكون بلاده قد استهدفت مدنيين", "ونفى",
                act="deny",
            ),
            "ونفى أن تكون بلاده قد استهدفت مدنيين",
        ),
        (
            said('ونفى لافروف "قتل المدنيين".', "قتل المدنيين", "ونفى", "لافروف", act="deny", form="direct"),
            'ونفى لافروف "قتل المدنيين"',
        ),
        (
            said("وقال إنه «لن يعود أبدا»، وغادر.", "لن يعود أبدا", "قال", form="direct"),
            "«لن يعود أبدا»",
        ),
        (
            said("وقال إن الوفد «لن يعود أبدا»، وغادر.", "الوفد «لن يعود أبدا", "وقال", form="mixed"),
            "وقال إن الوفد «لن يعود أبدا»",
        ),
        (
            said("السدود ممتلئة، بحسب الوزير لافروف.", "السدود ممتلئة", "بحسب", "الوزير لافروف"),
            "السدود ممتلئة، بحسب الوزير لافروف",
        ),
        (said("لافروف: السدود ممتلئة", "السدود ممتلئة", ":", "لافروف", headline=True), "لافروف: السدود ممتلئة"),
        (said("- السدود ممتلئة", "السدود ممتلئة", "", act="deny"), "نفي: السدود ممتلئة"),
    ],
)  # fmt: skip
def test_only_the_sources_own_words_stand_in_our_quotation_marks(statement: Statement, words: str) -> None:
    """What is denied must not read as what was said: it is told with the words that deny it."""
    _, body = worded(Message("m", (told(statement),)), "ar", "UTC")
    assert body.split("\n")[0] == entry(statement, "ar")[1] == words


@pytest.mark.parametrize(
    ("statement", "title"),
    [
        (
            said("ونفى أن تكون بلاده قد استهدفت مدنيين.", "تكون بلاده قد استهدفت مدنيين", "ونفى", act="deny"),
            "سيرغي لافروف: ونفى أن تكون بلاده قد استهدفت مدنيين",
        ),
        (
            said("نفى الوزير سيرغي لافروف الخبر.", "الخبر", "نفى", "الوزير سيرغي لافروف", act="deny"),
            "نفى الوزير سيرغي لافروف الخبر",
        ),
        (said("ودعا لافروف إلى الهدوء.", "إلى الهدوء", "ودعا", "لافروف"), "سيرغي لافروف: ودعا لافروف إلى الهدوء"),
        (
            said(f"{LONG}، نفى سيرغي لافروف.", LONG, "نفى", "سيرغي لافروف", act="deny"),
            f"سيرغي لافروف: نفي: {'كلمة ' * 23}كلمة…",
        ),
        (
            said(f'"{LONG}" نفى سيرغي لافروف.', LONG, "نفى", "سيرغي لافروف", act="deny", form="direct"),
            f"سيرغي لافروف: نفي: «{'كلمة ' * 23}كلمة…»",
        ),
        (said(f"«{LONG}»", LONG, "", form="direct"), f"سيرغي لافروف: «{'كلمة ' * 23}كلمة…»"),
    ],
)  # fmt: skip
def test_the_title_of_a_feeds_entry_says_whose_words_and_what_they_do(statement: Statement, title: str) -> None:
    """Also where the words that deny stand behind what is denied, and would be cut off."""
    assert entry(statement, "ar")[0] == title
    assert entry(msgspec.structs.replace(statement, status="retracted"), "ar")[0] == f"سُحب: {title}"
