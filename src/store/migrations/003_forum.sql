-- Version 3: mailing lists, their messages and threads, subscribers, what waits for a moderator, and mail on its way out.
--
-- Lists, their settings, ties and acts of moderation follow from events of the record. Everything else here is private: mail,
-- addresses and tokens are in no event, and no export of the SIG's folder holds them.

CREATE TABLE list (
    id      TEXT PRIMARY KEY,                            -- "security"; no "+", "-request" and the like at its end
    address TEXT NOT NULL UNIQUE,                        -- "security@example.org", in lower case
    title   TEXT NOT NULL,
    kind    TEXT NOT NULL,                               -- hosted; followed: archived and tied, never moderated or sent
    event   INTEGER NOT NULL REFERENCES event (seq)
) STRICT;

CREATE TABLE list_setting (
    list  TEXT NOT NULL REFERENCES list (id),
    name  TEXT NOT NULL,                                 -- forum/list.h has the names; no row: the default
    value TEXT NOT NULL,
    event INTEGER NOT NULL REFERENCES event (seq),
    PRIMARY KEY (list, name)
) STRICT;

-- Private from here on.

-- Keys made on first use: of addresses that only we can have written.
CREATE TABLE secret (
    name  TEXT PRIMARY KEY,                              -- "bounces"
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE subscriber (
    id       INTEGER PRIMARY KEY,
    list     TEXT NOT NULL REFERENCES list (id),
    address  TEXT NOT NULL,                              -- as given: where mail goes
    mailbox  TEXT NOT NULL,                              -- in lower case: who it is
    name     TEXT NOT NULL,
    state    TEXT NOT NULL,                              -- active, disabled (by bounces), gone
    delivery TEXT NOT NULL,                              -- each, digest, plain (a digest as one text), none
    since    INTEGER NOT NULL,
    consent  TEXT NOT NULL,                              -- how it is known that they want this: "confirmed by mail"
    passed   INTEGER NOT NULL DEFAULT 0,                 -- posts of theirs that went out
    score    INTEGER NOT NULL DEFAULT 0,                 -- of bounces; hundredths
    UNIQUE (list, mailbox)
) STRICT;
CREATE INDEX subscriber_mailbox ON subscriber (mailbox);

CREATE TABLE message (
    id        INTEGER PRIMARY KEY,
    list      TEXT NOT NULL REFERENCES list (id),
    mid       TEXT NOT NULL,                             -- Message-ID without angles, or one made from the digest
    copy      INTEGER NOT NULL,                          -- 1; higher for another message under the same Message-ID
    digest    BLOB NOT NULL,                             -- of the bytes as received
    received  INTEGER NOT NULL,
    date      INTEGER NOT NULL,                          -- of its Date field where that can be true, else received
    name      TEXT NOT NULL,                             -- of the sender, as shown
    address   TEXT NOT NULL,                             -- of the sender
    sender    TEXT,                                      -- of the envelope; NULL: imported
    subject   TEXT NOT NULL,
    base      TEXT NOT NULL,                             -- subject without "Re:" and the like, folded
    state     TEXT NOT NULL,                             -- public, held, returned, discarded, quarantined, erased
    thread    INTEGER,                                   -- public only
    parent    INTEGER REFERENCES message (id),           -- public only; NULL: begins a thread
    size      INTEGER NOT NULL,                          -- bytes
    raw       BLOB,                                      -- the bytes, packed (forum/pack.h); NULL: erased
    UNIQUE (list, mid, copy)
) STRICT;
CREATE INDEX message_thread ON message (thread, date);
CREATE INDEX message_date ON message (list, state, date);
CREATE INDEX message_base ON message (list, base, date);
CREATE INDEX message_sender ON message (address, received);
CREATE INDEX message_parent ON message (parent);

-- All that readers ask goes through this: what is held, discarded or erased is not there.
CREATE VIEW public_message AS SELECT * FROM message WHERE state = 'public';

CREATE TABLE thread (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,          -- kept for life: links name it
    list     TEXT NOT NULL REFERENCES list (id),
    subject  TEXT NOT NULL,
    first    INTEGER NOT NULL,                           -- date of its first and of its last message
    last     INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    became   INTEGER                                     -- the thread that it turned out to be a part of
) STRICT;
CREATE INDEX thread_last ON thread (list, last);

-- References to messages that are not here (yet), so that they find their place when they arrive.
CREATE TABLE missing (
    list     TEXT NOT NULL,
    mid      INTEGER NOT NULL,                           -- first 8 bytes of the digest of the Message-ID
    message  INTEGER NOT NULL REFERENCES message (id),
    distance INTEGER NOT NULL,                           -- 0: the direct parent
    PRIMARY KEY (list, mid, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX missing_message ON missing (message);

CREATE VIRTUAL TABLE mail_search USING fts5 (subject, sender, text, content = '', tokenize = 'unicode61 remove_diacritics 2');

-- Mail on its way out: one row for what is sent, and one for each recipient until it is settled.
CREATE TABLE outgoing (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    kind    TEXT NOT NULL,                               -- post: the message, with the list's header; mail, probe, digest: as in bytes
    list    TEXT REFERENCES list (id),
    message INTEGER REFERENCES message (id),
    bytes   BLOB,                                        -- CRLF line ends
    at      INTEGER NOT NULL
) STRICT;

CREATE TABLE delivery (
    outgoing   INTEGER NOT NULL REFERENCES outgoing (id),
    recipient  TEXT NOT NULL,
    subscriber INTEGER REFERENCES subscriber (id),       -- bounces count against it
    state      TEXT NOT NULL,                            -- waiting, sending, failed; no row: sent
    due        INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    reply      TEXT,                                     -- the newest, of the server it went to
    PRIMARY KEY (outgoing, recipient)
) STRICT;
CREATE INDEX delivery_due ON delivery (state, due);

-- One-time keys of addresses and links: a confirmation, a moderator's answer. Only the digest is kept.
CREATE TABLE token (
    digest  BLOB PRIMARY KEY,
    kind    TEXT NOT NULL,                               -- subscribe, unsubscribe, moderate, command, review
    list    TEXT REFERENCES list (id),
    subject TEXT NOT NULL,                               -- what it is for: an address, a message's id
    address TEXT NOT NULL,                               -- who it was sent to, in lower case
    detail  TEXT NOT NULL,
    made    INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    used    INTEGER                                      -- when
) STRICT;
CREATE INDEX token_address ON token (address, made);

-- What an operator should look at.
CREATE TABLE alarm (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    kind    TEXT NOT NULL,                               -- quarantine, stuck
    text    TEXT NOT NULL,
    cleared INTEGER
) STRICT;

-- Membership by mail: what keeps answers rare.

CREATE INDEX token_expires ON token (expires);

-- When an address got answers that anybody could have asked for in its name.
CREATE TABLE answered (
    address TEXT NOT NULL,                               -- in lower case, without "+detail"
    kind    TEXT NOT NULL,                               -- confirmation: until it is confirmed; help; command
    at      INTEGER NOT NULL,                            -- the first of the day
    count   INTEGER NOT NULL,
    PRIMARY KEY (address, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX answered_at ON answered (at);

-- ---- threads and threats ----

-- A thread is named by its list and the Message-ID of its first message, so that the row of an adopted record holds
-- for a thread that is not here. Public.
CREATE TABLE thread_tie (
    list     TEXT NOT NULL,
    mid      TEXT NOT NULL,
    threat   TEXT NOT NULL,
    about    TEXT NOT NULL,                              -- stage that the thread is about
    stage    TEXT NOT NULL,                              -- of the threat when it was tied
    priority INTEGER,                                    -- likewise; NULL: not rated
    event    INTEGER NOT NULL REFERENCES event (seq),
    PRIMARY KEY (list, mid, threat)
) STRICT, WITHOUT ROWID;
CREATE INDEX thread_tie_threat ON thread_tie (threat);

-- The state of a threat when a message about it arrived. Private, as messages are; shown with those that are public.
CREATE TABLE message_tie (
    message  INTEGER NOT NULL REFERENCES message (id),
    threat   TEXT NOT NULL,
    about    TEXT NOT NULL,
    stage    TEXT NOT NULL,
    priority INTEGER,
    PRIMARY KEY (message, threat)
) STRICT, WITHOUT ROWID;

-- What the address of a post asked for ("T42-analysed"), until the post passes.
CREATE TABLE message_aim (
    message INTEGER PRIMARY KEY REFERENCES message (id),
    detail  TEXT NOT NULL
) STRICT;
-- Sending: which process has a mail in hand, what failed mail costs a subscriber, and digests that grow.

ALTER TABLE outgoing ADD COLUMN alarm INTEGER REFERENCES alarm (id); -- raised because it does not leave
ALTER TABLE delivery ADD COLUMN worker TEXT;              -- in state sending: whose lock says that it still works
CREATE INDEX delivery_worker ON delivery (worker);
CREATE INDEX delivery_subscriber ON delivery (subscriber);

CREATE TABLE bounce (
    subscriber INTEGER PRIMARY KEY REFERENCES subscriber (id),
    day        INTEGER NOT NULL,                         -- of the newest bounce, in days since 1970
    weight     INTEGER NOT NULL,                         -- what that day has cost so far, in hundredths
    probed     INTEGER,                                  -- when the newest probe went out
    disabled   INTEGER                                   -- when the subscription was suspended
) STRICT;

-- Published messages that no digest holds yet.
CREATE TABLE digest_waiting (
    list    TEXT NOT NULL REFERENCES list (id),
    message INTEGER NOT NULL REFERENCES message (id),
    at      INTEGER NOT NULL,
    size    INTEGER NOT NULL,
    PRIMARY KEY (list, message)
) STRICT, WITHOUT ROWID;

-- ---- moderation ----

-- What waits for a moderator, or did. Private; the message is in state held or quarantined until it is settled.
CREATE TABLE hold (
    number   INTEGER PRIMARY KEY,                        -- 7 of "P-7"
    message  INTEGER NOT NULL UNIQUE REFERENCES message (id),
    rules    TEXT NOT NULL,                              -- what held it: words with blanks between: "first-post size"
    stranger INTEGER NOT NULL,                           -- 1: its author is no member, or may be another than it says
    since    INTEGER NOT NULL,
    due      INTEGER,                                    -- then the default of the process is done; NULL: never
    settled  INTEGER                                     -- when; NULL: waits
) STRICT;
CREATE INDEX hold_due ON hold (settled, due);

-- Acts of moderation. Public: nothing of the post and of its author but its number.
CREATE TABLE moderation (
    event   INTEGER PRIMARY KEY REFERENCES event (seq),
    post    INTEGER NOT NULL,
    list    TEXT NOT NULL,
    act     TEXT NOT NULL,                               -- propose, approve, return, discard, timeout, refile, contest
    outcome TEXT,                                        -- of the first five: approve, return, discard
    because TEXT,                                        -- a reason of the process, as it was then
    rules   TEXT NOT NULL,                               -- what held it
    urgent  INTEGER NOT NULL,
    seconds INTEGER REFERENCES moderation (event),       -- the proposal that it seconds
    threat  TEXT,                                        -- of refile
    stage   TEXT
) STRICT;
CREATE INDEX moderation_post ON moderation (post);

-- ---- search ----

-- What mail_search has of a message, packed as messages are: for the place that a search shows, and to take it out of the
-- index again. Goes when the message is erased.
CREATE TABLE message_words (
    message INTEGER PRIMARY KEY REFERENCES message (id),
    words   BLOB NOT NULL
) STRICT;

-- ---- log-in ----

-- Private: who is logged in on the web.
CREATE TABLE session (
    id      INTEGER PRIMARY KEY,
    digest  BLOB NOT NULL UNIQUE,                        -- of the token that only the browser has
    member  TEXT NOT NULL REFERENCES member (id),
    browser TEXT NOT NULL,                               -- what it says it is
    made    INTEGER NOT NULL,
    seen    INTEGER NOT NULL                             -- when it was used last, to the hour
) STRICT;
CREATE INDEX session_member ON session (member);

-- Private: addresses for which a log-in was asked, until they are looked up; then the row goes.
CREATE TABLE login_request (
    id      INTEGER PRIMARY KEY,
    address TEXT NOT NULL,
    next    TEXT NOT NULL,                               -- path of the page to go to
    at      INTEGER NOT NULL
) STRICT;
