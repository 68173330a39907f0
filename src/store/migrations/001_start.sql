-- Version 1: the public record, the files of the SIG, threats with their fields and history, editions.

-- What made this store: the digest of each migration that ran ("migration-1").
CREATE TABLE about (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- Who acts. Headers of the record hold the id only; the name is content.
CREATE TABLE member (
    id   TEXT PRIMARY KEY,                    -- pseudonymous: "m1"
    name TEXT NOT NULL UNIQUE
) STRICT;

-- The public record (store/record.h). Rows are never changed but for erasure of salt and payload.
CREATE TABLE event (
    seq        INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,              -- seconds since 1970, UTC; also in header
    actor      TEXT NOT NULL,                 -- also in header
    action     TEXT NOT NULL,                 -- also in header
    subject    TEXT NOT NULL,                 -- also in header
    header     TEXT NOT NULL,                 -- the bytes that were hashed
    salt       BLOB,                          -- NULL after erasure
    payload    TEXT,                          -- NULL after erasure
    commitment BLOB NOT NULL,
    previous   BLOB NOT NULL,
    hash       BLOB NOT NULL UNIQUE
) STRICT;
CREATE INDEX event_subject ON event (subject, seq);

-- The SIG's files in normal form: the content itself. Everything below is derived from it or points to it.
CREATE TABLE file (
    path   TEXT PRIMARY KEY,                  -- "threats/T-0001-words.md"
    text   TEXT NOT NULL,
    digest BLOB NOT NULL,                     -- BLAKE2b-256 of text
    event  INTEGER NOT NULL REFERENCES event (seq)
) STRICT;

-- What the last import brought: the common ancestor of a three-way import.
CREATE TABLE base (
    path TEXT PRIMARY KEY,
    text TEXT NOT NULL
) STRICT;

-- One row a threat, derived from its file: for lists and filters. Identifiers are never reused: rows are never deleted.
CREATE TABLE threat (
    id              TEXT PRIMARY KEY,
    number          INTEGER NOT NULL UNIQUE,
    name            TEXT NOT NULL,
    path            TEXT NOT NULL REFERENCES file (path) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED,
    stage           TEXT NOT NULL,            -- as the file claims
    level           TEXT,
    likelihood      TEXT,
    damage          TEXT,
    priority        INTEGER,                  -- NULL: not rated
    published       INTEGER NOT NULL DEFAULT 0 -- 1 once an edition holds it
) STRICT;
CREATE INDEX threat_stage ON threat (stage);
CREATE INDEX threat_priority ON threat (priority);

-- Each change of each field: who, when and why are in the event.
CREATE TABLE field_change (
    id     INTEGER PRIMARY KEY,
    threat TEXT NOT NULL,
    field  TEXT NOT NULL,                     -- "name", "likelihood.rating", "Gap"
    event  INTEGER NOT NULL REFERENCES event (seq),
    text   TEXT,                              -- the new text; NULL: removed
    source TEXT NOT NULL,                     -- file, command or message it came from
    initial INTEGER NOT NULL DEFAULT 0        -- 1: came with the threat's first import or proposal
) STRICT;
CREATE INDEX field_change_threat ON field_change (threat, id);

-- Stages that were entered against an entry rule, by a leader with a public reason.
CREATE TABLE override (
    threat TEXT NOT NULL,
    stage  TEXT NOT NULL,
    event  INTEGER NOT NULL REFERENCES event (seq),
    PRIMARY KEY (threat, stage)
) STRICT;

-- Editions: published versions of a document. Their bytes are stored and never rendered again.
CREATE TABLE edition (
    document TEXT NOT NULL,                   -- process, template, analysis
    version  TEXT NOT NULL,                   -- 0.n or 0.n.m
    date     TEXT NOT NULL,
    kind     TEXT NOT NULL,                   -- substantive, editorial
    remark   TEXT NOT NULL,
    initials TEXT NOT NULL,
    event    INTEGER NOT NULL REFERENCES event (seq),
    digest   BLOB NOT NULL,                   -- of the canonical content
    position INTEGER NOT NULL,                -- 1, 2, ... within the document
    PRIMARY KEY (document, version)
) STRICT;

CREATE TABLE edition_file (
    document TEXT NOT NULL,
    version  TEXT NOT NULL,
    name     TEXT NOT NULL,                   -- "analysis.html"
    bytes    BLOB NOT NULL,
    digest   BLOB NOT NULL,
    PRIMARY KEY (document, version, name),
    FOREIGN KEY (document, version) REFERENCES edition (document, version)
) STRICT;

-- Assents of authors to the terms of a venue, needed before a submission is written.
CREATE TABLE assent (
    id       INTEGER PRIMARY KEY,
    document TEXT NOT NULL,
    author   TEXT NOT NULL,
    event    INTEGER NOT NULL REFERENCES event (seq)
) STRICT;

-- Full-text search of SQLite; only store/fts.c touches these two. A key's id is its row in search, where it cannot be indexed.
CREATE TABLE search_key (
    id  INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE                  -- "threat:T-0001"
) STRICT;
CREATE VIRTUAL TABLE search USING fts5 (key UNINDEXED, title, text, tokenize = 'unicode61 remove_diacritics 2');
