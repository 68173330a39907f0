-- Version 2: members with roles, blind rounds of estimates, calls with positions and decisions, reviews, hand-overs.
--
-- Every row follows from an event of the record, except for the tables named private: what they hold never leaves the store.

ALTER TABLE member ADD COLUMN joined INTEGER;            -- event; NULL: known only as an actor
ALTER TABLE member ADD COLUMN gone INTEGER;              -- event of the leave; NULL: a member

-- Private: how a member is reached and recognised.
CREATE TABLE address (
    kind    TEXT NOT NULL,                               -- mail, jid
    address TEXT NOT NULL,                               -- in lower case
    member  TEXT NOT NULL REFERENCES member (id),
    at      INTEGER NOT NULL,                            -- when it was given
    PRIMARY KEY (kind, address)
) STRICT;
CREATE INDEX address_member ON address (member, kind, at);

-- The status that the bibliography gave a document when a threat cited it, or was looked at again.
CREATE TABLE pin (
    threat   TEXT NOT NULL,
    document TEXT NOT NULL,                              -- id in references.tsv
    status   TEXT NOT NULL,
    event    INTEGER NOT NULL REFERENCES event (seq),
    PRIMARY KEY (threat, document)
) STRICT;

CREATE TABLE role_grant (
    member TEXT NOT NULL REFERENCES member (id),
    role   TEXT NOT NULL,                                -- id in sig.yaml
    until  TEXT,                                         -- last day; NULL: no end
    mark   TEXT,                                         -- what entitles to it: "XSF member until 2027-08-31"
    event  INTEGER NOT NULL REFERENCES event (seq),
    PRIMARY KEY (member, role)
) STRICT;

-- A blind collection of estimates for up to a batch of threats.
CREATE TABLE round (
    id       TEXT PRIMARY KEY,                           -- "R-1"
    number   INTEGER NOT NULL UNIQUE,
    follows  TEXT REFERENCES round (id),                 -- a second round: the first one
    opened   INTEGER NOT NULL REFERENCES event (seq),
    due      INTEGER NOT NULL,                           -- seconds, UTC
    likelihood TEXT NOT NULL,                            -- the scales when it was opened: ids from low to high, with blanks between
    damage     TEXT NOT NULL,
    closed   INTEGER REFERENCES event (seq)              -- NULL: open
) STRICT;

CREATE TABLE round_threat (
    round    TEXT NOT NULL REFERENCES round (id),
    position INTEGER NOT NULL,
    threat   TEXT NOT NULL,
    digest   BLOB NOT NULL,                              -- of what was rated
    PRIMARY KEY (round, threat)
) STRICT;
CREATE INDEX round_threat_threat ON round_threat (threat);

-- Steps of attack trees that a round asks for beside the factors: an estimate of one has `step` as its factor.
CREATE TABLE round_step (
    round    TEXT NOT NULL REFERENCES round (id),
    position INTEGER NOT NULL,
    threat   TEXT NOT NULL,
    step     TEXT NOT NULL,                              -- "#phish:p": the step's anchor, and p, cost or time
    label    TEXT NOT NULL,                              -- of the step when the round was opened
    PRIMARY KEY (round, threat, step)
) STRICT;

-- Pooled ranges that the group takes instead of what the outline says.
CREATE TABLE step_accepted (
    threat  TEXT NOT NULL,
    step    TEXT NOT NULL,                               -- as above
    round   TEXT NOT NULL REFERENCES round (id),
    instead TEXT NOT NULL,                               -- the outline's value then; with another one it counts no more
    event   INTEGER NOT NULL REFERENCES event (seq),
    PRIMARY KEY (threat, step)
) STRICT;

-- The newest answer of each estimator. While the round is open the record holds the commitment only.
CREATE TABLE estimate (
    round      TEXT NOT NULL REFERENCES round (id),
    threat     TEXT NOT NULL,
    factor     TEXT NOT NULL,                            -- likelihood, damage, or a step: "#phish:p"
    pseudonym  TEXT NOT NULL,                            -- "R-1:e3", the same for all answers in a round
    commitment BLOB NOT NULL,
    event      INTEGER NOT NULL REFERENCES event (seq),
    answer     TEXT,                                     -- id of a level, or "0.02..0.2~0.1" of a step; "abstain", "not-competent"; NULL: not opened
    reason     TEXT,
    salt       BLOB,
    name       TEXT,                                     -- of the estimator where the profile shows names
    PRIMARY KEY (round, threat, factor, pseudonym)
) STRICT;

-- What the opened estimates amount to; no row where nobody chose a level.
CREATE TABLE round_result (
    round      TEXT NOT NULL REFERENCES round (id),
    threat     TEXT NOT NULL,
    factor     TEXT NOT NULL,
    estimators INTEGER NOT NULL,                         -- who chose a level
    median     TEXT NOT NULL,                            -- the one that counts; ids of levels
    low        TEXT NOT NULL,
    high       TEXT NOT NULL,
    spread     INTEGER NOT NULL,                         -- levels between low and high
    PRIMARY KEY (round, threat, factor)
) STRICT;

-- Private: who is behind a pseudonym, and the answers of open rounds. Emptied when the round closes.
CREATE TABLE ballot (
    round     TEXT NOT NULL REFERENCES round (id),
    threat    TEXT NOT NULL,
    factor    TEXT NOT NULL,
    pseudonym TEXT NOT NULL,
    member    TEXT NOT NULL,
    answer    TEXT NOT NULL,
    reason    TEXT NOT NULL,
    salt      BLOB NOT NULL,
    PRIMARY KEY (round, threat, factor, pseudonym)
) STRICT;
CREATE INDEX ballot_member ON ballot (member, round);

-- Private: how members rated the samples of calibration.yaml.
CREATE TABLE calibration (
    member     TEXT NOT NULL REFERENCES member (id),
    sample     TEXT NOT NULL,
    digest     BLOB NOT NULL,                            -- of the sample as it was rated
    likelihood TEXT NOT NULL,                            -- ids of levels
    damage     TEXT NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (member, sample)
) STRICT;

CREATE TABLE call (
    id       TEXT PRIMARY KEY,                           -- "C-1"
    number   INTEGER NOT NULL UNIQUE,
    kind     TEXT NOT NULL,                              -- edition, process, template, appeal
    subject  TEXT NOT NULL,                              -- "analysis 0.2", "process", "D-3"
    question TEXT NOT NULL,
    digest   BLOB NOT NULL,                              -- of what it binds to
    text     BLOB NOT NULL,                              -- of the document's own file, or of the decision
    opened   INTEGER NOT NULL REFERENCES event (seq),
    until    INTEGER NOT NULL,                           -- seconds, UTC
    closed   INTEGER REFERENCES event (seq)
) STRICT;

-- The threats of a call on an edition, each with the digest of what was voted on.
CREATE TABLE call_threat (
    call   TEXT NOT NULL REFERENCES call (id),
    threat TEXT NOT NULL,
    digest BLOB NOT NULL,
    PRIMARY KEY (call, threat)
) STRICT;

-- The newest position of each member.
CREATE TABLE position (
    call     TEXT NOT NULL REFERENCES call (id),
    member   TEXT NOT NULL REFERENCES member (id),
    position TEXT NOT NULL,                              -- support, object, abstain
    reason   TEXT NOT NULL,
    event    INTEGER NOT NULL REFERENCES event (seq),
    PRIMARY KEY (call, member)
) STRICT;

-- Of a position in a call, or to the priority of a threat in its objection period.
CREATE TABLE objection (
    id      TEXT PRIMARY KEY,                            -- "O-1"
    number  INTEGER NOT NULL UNIQUE,
    subject TEXT NOT NULL,                               -- "C-1" or "T-0042"
    member  TEXT NOT NULL REFERENCES member (id),
    text    TEXT NOT NULL,
    event   INTEGER NOT NULL REFERENCES event (seq),
    state   TEXT NOT NULL,                               -- open, answered, withdrawn, dissent
    answer  TEXT,
    settled INTEGER REFERENCES event (seq)               -- event of the newest state but open
) STRICT;
CREATE INDEX objection_subject ON objection (subject);

CREATE TABLE decision (
    id        TEXT PRIMARY KEY,                          -- "D-1"
    number    INTEGER NOT NULL UNIQUE,
    call      TEXT NOT NULL UNIQUE REFERENCES call (id),
    outcome   TEXT NOT NULL,                             -- accepted, not-accepted
    judgement TEXT NOT NULL,                             -- what the leader wrote
    link      TEXT,                                      -- minute or message
    event     INTEGER NOT NULL REFERENCES event (seq)
) STRICT;

-- A decision whose appeal was decided, and that the body which the group reports to was asked about.
CREATE TABLE referral (
    decision  TEXT PRIMARY KEY REFERENCES decision (id), -- the one that was appealed
    asked     INTEGER NOT NULL REFERENCES event (seq),
    reason    TEXT NOT NULL,
    answer_by INTEGER NOT NULL,                          -- seconds, UTC: then who asked looks after it
    answered  INTEGER REFERENCES event (seq),            -- NULL: no answer yet; the next three with it
    answer    TEXT,                                      -- dismissed: the decision stands; upheld: it is set aside
    why       TEXT,
    link      TEXT                                       -- minute or message that says so
) STRICT;

-- Changes that left the substance alone: a decision on the text before holds for the text after.
CREATE TABLE editorial (
    threat TEXT NOT NULL,
    before BLOB NOT NULL,                                -- digests of what is voted on
    after  BLOB NOT NULL,
    event  INTEGER NOT NULL REFERENCES event (seq),
    PRIMARY KEY (threat, before, after)
) STRICT;

CREATE TABLE review (
    id        TEXT PRIMARY KEY,                          -- "V-1"
    number    INTEGER NOT NULL UNIQUE,
    subject   TEXT NOT NULL,                             -- "T-0042", "analysis" (the working draft), "analysis 0.2"
    reviewer  TEXT NOT NULL,                             -- name to print
    digest    BLOB NOT NULL,                             -- of the text that was asked about
    requested INTEGER NOT NULL REFERENCES event (seq),
    due       INTEGER NOT NULL,                          -- seconds, UTC
    answered  INTEGER REFERENCES event (seq),            -- the newest answer; earlier ones are in the record
    verdict   TEXT,                                      -- sound, changes-wanted, declined
    answer    TEXT,
    reviewed  BLOB,                                      -- digest of the text that the answer is about
    about     INTEGER REFERENCES event (seq),            -- event of which review_threat holds that text's threats
    withdrawn INTEGER REFERENCES event (seq),
    why       TEXT                                       -- of the withdrawal
) STRICT;

-- The threats of a text that a review was asked for or answered about, each with the digest of its text.
CREATE TABLE review_threat (
    review TEXT NOT NULL REFERENCES review (id),
    event  INTEGER NOT NULL REFERENCES event (seq),
    threat TEXT NOT NULL,
    digest BLOB NOT NULL,
    PRIMARY KEY (review, event, threat)
) STRICT;

-- Private: where the reviewer was asked.
CREATE TABLE review_address (
    review  TEXT PRIMARY KEY REFERENCES review (id),
    address TEXT NOT NULL
) STRICT;

CREATE TABLE handover (
    id        TEXT PRIMARY KEY,                          -- "H-1"
    number    INTEGER NOT NULL UNIQUE,
    threat    TEXT NOT NULL,
    document  TEXT NOT NULL,                             -- "XEP-0384"
    carrier   TEXT NOT NULL,                             -- name of who carries it
    venue     TEXT NOT NULL,
    date      TEXT NOT NULL,                             -- day on which it is carried there
    answer_by TEXT NOT NULL,                             -- day until which one waits for an answer
    event     INTEGER NOT NULL REFERENCES event (seq),
    state     TEXT NOT NULL,                             -- open, taken-up, declined, unanswered
    link      TEXT,                                      -- message or minute that says so
    settled   INTEGER REFERENCES event (seq)             -- event of the newest state but open
) STRICT;

-- A flaw without a cure, which goes to its vendor before it goes to the list: counted in public, told to named people.
CREATE TABLE embargo (
    id       TEXT PRIMARY KEY,                           -- "E-1"
    number   INTEGER NOT NULL UNIQUE,
    opened   INTEGER NOT NULL REFERENCES event (seq),
    until    INTEGER NOT NULL,                           -- seconds, UTC: public from then on
    released INTEGER REFERENCES event (seq)
) STRICT;

CREATE TABLE embargo_note (
    embargo    TEXT NOT NULL REFERENCES embargo (id),
    position   INTEGER NOT NULL,
    event      INTEGER NOT NULL REFERENCES event (seq),
    commitment BLOB NOT NULL,
    author     TEXT,                                     -- NULL before the release, as the next two
    text       TEXT,
    salt       BLOB,
    PRIMARY KEY (embargo, position)
) STRICT;

-- Private, until the release.
CREATE TABLE embargo_secret (
    embargo  TEXT NOT NULL REFERENCES embargo (id),
    position INTEGER NOT NULL,
    author   TEXT NOT NULL,
    text     TEXT NOT NULL,
    salt     BLOB NOT NULL,
    PRIMARY KEY (embargo, position)
) STRICT;
CREATE TABLE embargo_reader (
    embargo TEXT NOT NULL REFERENCES embargo (id),
    member  TEXT NOT NULL REFERENCES member (id),
    PRIMARY KEY (embargo, member)
) STRICT;

-- The group was ended by the body that it reports to: nothing is lost, and nothing is added. No row: it goes on.
CREATE TABLE ended (
    event  INTEGER PRIMARY KEY REFERENCES event (seq),
    body   TEXT NOT NULL,                                -- who decided
    link   TEXT NOT NULL,                                -- where that can be read
    reason TEXT NOT NULL
) STRICT;
CREATE INDEX handover_threat ON handover (threat);

-- When somebody who holds a role is not there to act: the newest announcement of each.
CREATE TABLE absence (
    member TEXT PRIMARY KEY REFERENCES member (id),
    first  TEXT NOT NULL,                                -- days, "2026-12-01"
    last   TEXT NOT NULL,
    event  INTEGER NOT NULL REFERENCES event (seq)
) STRICT;

-- Private: of what is due, whom was reminded. One row for each date and kind, for ever, so that nothing fires twice.
CREATE TABLE reminder (
    id    INTEGER PRIMARY KEY,
    kind  TEXT NOT NULL,                                 -- of the thing: review, round, call, ...
    thing TEXT NOT NULL,                                 -- its id; '' where there is one of the kind
    until INTEGER NOT NULL,                              -- seconds, UTC: the date; another date is another thing
    stage INTEGER NOT NULL,                              -- 1 before, 2 on the day, 3 overdue, 4 deputies may act
    what  TEXT NOT NULL,
    who   TEXT NOT NULL,                                 -- name of the person or role that should see to it
    at    INTEGER NOT NULL,
    UNIQUE (kind, thing, until, stage)
) STRICT;

-- Private: the queue of what mail sends.
CREATE TABLE notice (
    reminder INTEGER NOT NULL REFERENCES reminder (id),
    member   TEXT NOT NULL,                              -- id of a member, or 'operator' where nobody holds the role
    sent_at  INTEGER,                                    -- NULL: not yet
    PRIMARY KEY (reminder, member)
) STRICT;

-- What holds across all threats, so that an act on one need not read the others (src/action/part.h).
ALTER TABLE threat ADD COLUMN folded TEXT;               -- the name as names are compared; NULL: not derived yet
ALTER TABLE threat ADD COLUMN voted BLOB;                -- digest of what is voted on, under the rules as they are
CREATE INDEX threat_folded ON threat (folded);
CREATE INDEX event_at ON event (at, actor);              -- for clocks: who acted last
CREATE INDEX threat_path ON threat (path);
CREATE INDEX file_event ON file (event);
CREATE INDEX file_digest ON file (path, digest);
-- The threats that a threat's attack tree leads to, also those that are missing.
CREATE TABLE tree_reference (
    threat TEXT NOT NULL,
    target TEXT NOT NULL,
    PRIMARY KEY (threat, target)
) STRICT;
CREATE INDEX tree_reference_target ON tree_reference (target);
