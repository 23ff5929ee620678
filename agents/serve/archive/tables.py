"""The tables of the archive, in what both databases understand."""

from __future__ import annotations

import re

TABLES = """
CREATE TABLE IF NOT EXISTS positions (topic {text} NOT NULL, part INTEGER NOT NULL, next BIGINT NOT NULL,
    PRIMARY KEY (topic, part));
CREATE TABLE IF NOT EXISTS meta (name {text} PRIMARY KEY, value {text} NOT NULL);
CREATE TABLE IF NOT EXISTS statements (place {key}, statement_id {text} NOT NULL UNIQUE, article_id {text} NOT NULL,
    status {text} NOT NULL, published_at BIGINT NOT NULL, speaker_id {text}, kind {text}, act {text} NOT NULL,
    form {text} NOT NULL, outlet {text} NOT NULL, headline INTEGER NOT NULL, confidence {real} NOT NULL,
    part INTEGER NOT NULL, off BIGINT NOT NULL, sequence {text} NOT NULL);
CREATE INDEX IF NOT EXISTS statements_article ON statements (article_id);
CREATE INDEX IF NOT EXISTS statements_speaker ON statements (speaker_id, place);
CREATE INDEX IF NOT EXISTS statements_outlet ON statements (outlet, place);
CREATE INDEX IF NOT EXISTS statements_act ON statements (act, place);
CREATE INDEX IF NOT EXISTS statements_kind ON statements (kind, place);
CREATE INDEX IF NOT EXISTS statements_retracted ON statements (place) WHERE status <> 'new';
CREATE INDEX IF NOT EXISTS statements_offset ON statements (part, off);
CREATE TABLE IF NOT EXISTS records (place {key}, record {bytes} NOT NULL);
CREATE TABLE IF NOT EXISTS speakers (speaker_id {text} PRIMARY KEY, name {text} NOT NULL, kind {text},
    statements BIGINT NOT NULL, first_at BIGINT NOT NULL, last_at BIGINT NOT NULL, words {text} NOT NULL);
CREATE INDEX IF NOT EXISTS speakers_statements ON speakers (statements, speaker_id);
CREATE TABLE IF NOT EXISTS outlets (outlet {text} PRIMARY KEY, statements BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS articles (article_id {text} PRIMARY KEY, feed {text} NOT NULL, normalized_at BIGINT NOT NULL,
    sequence {text} NOT NULL, record {bytes} NOT NULL);
CREATE INDEX IF NOT EXISTS articles_feed ON articles (feed, normalized_at);
CREATE INDEX IF NOT EXISTS articles_normalized ON articles (normalized_at);
CREATE TABLE IF NOT EXISTS feeds (url {text} PRIMARY KEY, record {bytes} NOT NULL);
CREATE TABLE IF NOT EXISTS feed_healths (url {text} PRIMARY KEY, health {bytes} NOT NULL);
CREATE TABLE IF NOT EXISTS rules (name {text} PRIMARY KEY, record {bytes} NOT NULL);
CREATE TABLE IF NOT EXISTS alert_channels (stage {text} PRIMARY KEY, record {bytes} NOT NULL);
CREATE TABLE IF NOT EXISTS channel_healths (channel {bytes} PRIMARY KEY, health {bytes} NOT NULL);
CREATE TABLE IF NOT EXISTS alerts (alert_id {text} PRIMARY KEY, rule {text} NOT NULL, matched_at BIGINT NOT NULL,
    record {bytes} NOT NULL);
CREATE INDEX IF NOT EXISTS alerts_matched ON alerts (matched_at, alert_id);
"""
NAMES = re.findall(r"CREATE TABLE IF NOT EXISTS (\w+)", TABLES)
