"""The wire contract: one struct a record, as it travels on the topic of its name.

Records are JSON objects. A reader ignores fields that it does not know, and a field added later has a default, so
that every minor version reads every other. Times are UTC, in ISO 8601. Offsets are code points of `Article.text`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

SCHEMA_VERSION = "1.0"

FullText = Literal["never", "when-short", "always"]
Status = Literal["new", "retracted"]
Act = Literal["assert", "deny", "demand", "warn", "accuse", "support", "commit", "ask", "feel"]
Form = Literal["direct", "indirect", "mixed"]
Kind = Literal["person", "office", "organization", "country", "media", "document", "group", "anonymous"]
ResolvedBy = Literal["named", "title", "pronoun", "elided", "continued"]
StageName = Literal["fetch", "normalize", "extract", "link", "alert", "route"]
Span = tuple[int, int]
Time = Annotated[datetime, Meta(tz=True)]  # a time without its zone is no time

_CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What every record carries."""

    schema_version: str = SCHEMA_VERSION


class Feed(Record, frozen=True, kw_only=True):
    """A feed to poll, as it stands in the registry. Key: `url`."""

    url: str
    outlet: Annotated[str, Meta(description="The outlet's name as readers know it")]
    title: str = ""
    site: Annotated[str, Meta(description="The outlet's own page")] = ""
    category: str = ""
    language: str = "ar"
    full_text: Annotated[FullText, Meta(description="Whether the article's page is fetched for its text")] = (
        "when-short"
    )
    interval: Annotated[float | None, Meta(description="Seconds between polls; adapted to the feed when absent")] = None
    active: bool = True


class Entry(Record, frozen=True, kw_only=True):
    """An item of a feed as the outlet sent it, new or changed. Key: `article_id`."""

    article_id: str
    entry_id: Annotated[str, Meta(description="The item's guid, else its link")]
    feed: Annotated[str, Meta(description="The feed's address")]
    outlet: str
    url: Annotated[str, Meta(description="The article's address, canonical")]
    title: Annotated[str, Meta(description="As sent: may hold markup and entities")] = ""
    summary: Annotated[str, Meta(description="As sent: may hold HTML")] = ""
    content: Annotated[str, Meta(description="As sent: may hold HTML")] = ""
    page: Annotated[str | None, Meta(description="The article's page, when it was fetched for its text")] = None
    author: str = ""
    language: Annotated[str, Meta(description="As the feed says; may be empty or wrong")] = ""
    published_at: Time | None = None
    updated_at: Time | None = None
    fetched_at: Time


class Article(Record, frozen=True, kw_only=True):
    """An article's clean text. Key: `article_id`."""

    article_id: str
    revision: Annotated[str, Meta(description="Changes exactly when the text or the headline does")]
    outlet: str
    feed: str
    url: str
    title: str
    text: Annotated[str, Meta(description="The headline, then one paragraph a line; every offset indexes this")]
    text_from: Annotated[Literal["content", "summary", "page"], Meta(description="Where the paragraphs come from")]
    language: Annotated[str, Meta(description="BCP 47, of the text itself")]
    author: str = ""
    published_at: Time
    updated_at: Time | None = None
    fetched_at: Time
    normalized_at: Time
    duplicate_of: Annotated[str | None, Meta(description="article_id of the article that this one copies")] = None


class Cue(msgspec.Struct, frozen=True):
    """The words that report."""

    text: str
    lemma: str
    start: int
    end: int


class Mention(msgspec.Struct, frozen=True):
    """The words beside the cue that name the source."""

    text: str
    start: int
    end: int


class Speaker(msgspec.Struct, frozen=True):
    """Who said it, worked out from the whole article."""

    name: str | None
    id: str | None
    kind: Kind | None
    mention: Mention | None
    resolved_by: ResolvedBy | None


class Statement(Record, frozen=True, kw_only=True):
    """Who said what, how, where and when. Key: `article_id`."""

    statement_id: str
    article_id: str
    revision: str
    status: Status
    outlet: str
    url: str
    published_at: Time
    extracted_at: Time
    headline: Annotated[bool, Meta(description="Whether it stands in the headline")]
    content: Annotated[str, Meta(description="What was said, as written; several spans are joined by ' … '")]
    content_spans: list[Span]
    cue: Cue | None
    speaker: Speaker
    via: Annotated[str | None, Meta(description="The outlet or document that passed the words on")]
    form: Form
    act: Act
    parent: Annotated[str | None, Meta(description="statement_id of the statement that contains it")]
    confidence: Annotated[float, Meta(ge=0, le=1)]
    rule: Annotated[str, Meta(description="Which patterns found it")]
    context: Annotated[str, Meta(description="The sentence or sentences it stands in")]


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """Words and phrases in what was said or in the speaker's name, in any spelling, with or without proclitics.

    `word*` takes any ending.
    """

    any: list[str] = []
    all: list[str] = []
    none: list[str] = []


class Quiet(msgspec.Struct, frozen=True, kw_only=True):
    """Hours of the day in which nothing is sent; they may span midnight."""

    begin: Annotated[str, Meta(pattern=_CLOCK, description="HH:MM")] = msgspec.field(name="from")
    end: Annotated[str, Meta(pattern=_CLOCK, description="HH:MM")] = msgspec.field(name="to")
    zone: Annotated[str, Meta(description="IANA time zone, such as Asia/Riyadh")]


class AlertRule(Record, frozen=True, kw_only=True):
    """Which statements raise an alert, and where it goes. Key: `name`.

    Every condition given must hold; a list holds when one of its items does.
    """

    name: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    channels: Annotated[list[str], Meta(min_length=1, description="Names from the file of channels")]
    description: str = ""
    origin: Annotated[Literal["file", "api"], Meta(description="A file replaces only its own")] = "api"
    enabled: bool = True
    # What must hold
    speakers: Annotated[list[str], Meta(description="Names in any spelling, or ids")] = []
    kinds: list[Kind] = []
    acts: list[Act] = []
    forms: list[Form] = []
    outlets: list[str] = []
    words: Words = Words()
    headline: Annotated[bool, Meta(description="Only statements that stand in a headline")] = False
    min_confidence: Annotated[float, Meta(ge=0, le=1)] = 0.0
    # How it is sent
    quiet: Annotated[Quiet | None, Meta(description="What is held meanwhile goes out together afterwards")] = None
    max_per_hour: Annotated[int, Meta(ge=1, description="Messages; the rest waits and goes together")] | None = None
    digest: Annotated[float, Meta(gt=0, le=1440, description="Minutes to collect for one message")] | None = None
    retractions: Annotated[bool, Meta(description="Whether to tell when an alert's statement is retracted")] = False


class AlertChannels(Record, frozen=True, kw_only=True):
    """Where alerts can go, as those who deliver said when they started. Key: `stage`."""

    stage: Literal["alert"] = "alert"
    channels: Annotated[list[str], Meta(description="Names from the file of channels")]


class Alert(Record, frozen=True, kw_only=True):
    """A statement that a rule matched, or its retraction. Key: `article_id`."""

    alert_id: Annotated[str, Meta(description="The same for the same statement and rule, however often it is made")]
    rule: str
    channels: list[str]
    statement: Statement
    matched_at: Time
    retracts: Annotated[str | None, Meta(description="alert_id of the alert that no longer holds")] = None


class Delivery(Record, frozen=True, kw_only=True):
    """A step of alerts on their way to a channel. Key: `channel`.

    A channel's steps, read in order, are all there is to know about what it has been sent and what waits.
    """

    channel: str
    step: Annotated[
        Literal["queued", "released", "failed", "delivered", "refused", "disabled", "enabled"],
        Meta(description="released: put into a message; failed: to be tried again; refused: given up, a dead letter"),
    ]
    at: Time
    alerts: Annotated[list[Alert], Meta(description="What was queued")] = []
    message_id: Annotated[str, Meta(description="The message released, failed, delivered or refused")] = ""
    alert_ids: Annotated[list[str], Meta(description="What the message holds")] = []
    attempt: Annotated[int, Meta(ge=0, description="How often the message has been tried")] = 0
    again_at: Annotated[datetime, Meta(tz=True, description="When a failed message is tried again")] | None = None
    reason: str = ""


class DeadLetter(Record, frozen=True, kw_only=True):
    """A message that a stage could not process. Key: `letter_id`."""

    letter_id: str
    stage: StageName
    topic: str
    partition: int
    offset: int
    key: Annotated[bytes | None, Meta(description="The original key, base64")]
    value: Annotated[bytes | None, Meta(description="The original value, base64")]
    reason: str
    error: Annotated[str, Meta(description="The error's type")]
    failed_at: Time


def encode(record: Record) -> bytes:
    """The record as it goes on the wire: JSON, its fields in their order above."""
    return _ENCODER.encode(record)


_ENCODER = msgspec.json.Encoder()
