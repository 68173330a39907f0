-- Private: tokens with which programs act for a member.
CREATE TABLE access (
    id      INTEGER PRIMARY KEY,
    digest  BLOB NOT NULL UNIQUE,                        -- of the token that only the program has
    member  TEXT NOT NULL REFERENCES member (id),
    name    TEXT NOT NULL,                               -- what it is for
    scope   TEXT NOT NULL,                               -- actions and families, with blanks between
    made    INTEGER NOT NULL,
    ends    INTEGER NOT NULL,
    seen    INTEGER                                      -- when it was used last, to the hour
) STRICT;
CREATE INDEX access_member ON access (member);
