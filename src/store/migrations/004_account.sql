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
