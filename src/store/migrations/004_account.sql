-- Version 4: accounts on the web. All of it is private: it is in no event, no export and no page of anybody else, and goes when
-- the member leaves.

CREATE TABLE account (
    member   TEXT PRIMARY KEY REFERENCES member (id),
    password TEXT,                                       -- what Argon2id made of it; NULL: log-in by mailed links only
    totp     BLOB,                                       -- secret of one-time codes; NULL: none are asked for
    step     INTEGER NOT NULL DEFAULT 0,                 -- the newest step whose code was used
    waiting  BLOB,                                       -- a secret that was shown, and is not proved yet
    zone     TEXT                                        -- IANA name; NULL: times in UTC
) STRICT;

-- Each is good once, in the place of a one-time code.
CREATE TABLE recovery_code (
    member TEXT NOT NULL REFERENCES member (id),
    digest BLOB NOT NULL,
    PRIMARY KEY (member, digest)
) STRICT, WITHOUT ROWID;

-- Passwords and codes that were tried within the hour; those that were right are taken away. `what` is a digest: of addresses that
-- nobody here has, nothing is kept.
CREATE TABLE log_in_try (
    id   INTEGER PRIMARY KEY,
    what BLOB NOT NULL,
    at   INTEGER NOT NULL
) STRICT;
CREATE INDEX log_in_try_what ON log_in_try (what, at);
CREATE INDEX log_in_try_at ON log_in_try (at);

ALTER TABLE session ADD COLUMN way TEXT NOT NULL DEFAULT 'link'; -- by which it was made: link, password
ALTER TABLE address ADD COLUMN chosen INTEGER NOT NULL DEFAULT 0; -- 1: mail goes there; of none: the oldest

-- What a member follows: a thread, or a threat with all its threads and stages. Links in mails name the number, so it is never given
-- twice.
CREATE TABLE follow (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    member TEXT NOT NULL REFERENCES member (id),
    thread INTEGER NOT NULL DEFAULT 0,                   -- 0: a threat
    threat TEXT NOT NULL DEFAULT '',
    mail   INTEGER NOT NULL,                             -- 1: what is new comes by mail; 0: it is only in the list of what one follows
    site   TEXT NOT NULL,                                -- address of the site on which it was asked for, for links
    at     INTEGER NOT NULL,
    UNIQUE (member, thread, threat)
) STRICT;
CREATE INDEX follow_thread ON follow (thread);
CREATE INDEX follow_threat ON follow (threat);
CREATE INDEX thread_became ON thread (became);
