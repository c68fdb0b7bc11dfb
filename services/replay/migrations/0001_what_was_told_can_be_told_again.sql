-- What was told to whom, one row a message: by the hub's own ids. No name, nothing sealed.
CREATE TABLE told (
    message_id   text PRIMARY KEY,
    agency       text NOT NULL,
    person       text NOT NULL,
    message_type text NOT NULL,
    referral_id  text,
    reference    text,
    content      text,
    made_at      timestamptz NOT NULL,
    original_id  text,
    replay_id    text
);
CREATE INDEX told_on_a_lane ON told (agency, made_at);

-- One row a replay: what was asked, the plan, who approved it, each step, the end.
CREATE TABLE replays (
    replay_id text PRIMARY KEY,
    state     text NOT NULL,
    works     boolean NOT NULL,
    asked_at  timestamptz
);
CREATE INDEX replays_at_work ON replays (replay_id) WHERE works;

-- The items of a plan: all of one person in the order in which they were told, in chunks that are asked for at once.
CREATE TABLE items (
    replay_id    text    NOT NULL,
    number       integer NOT NULL,
    chunk        integer NOT NULL,
    original_id  text    NOT NULL,
    person       text    NOT NULL,
    message_type text    NOT NULL,
    referral_id  text,
    reference    text,
    content      text,
    made_at      timestamptz NOT NULL,
    told_as      text,
    PRIMARY KEY (replay_id, number),
    UNIQUE (replay_id, original_id)
);
CREATE INDEX items_of_a_chunk ON items (replay_id, chunk);
CREATE INDEX items_told_as ON items (replay_id, told_as) WHERE told_as IS NOT NULL;

-- All that notification said of an item: a set, whatever its order.
CREATE TABLE answers (
    replay_id   text NOT NULL,
    mode        text NOT NULL,
    original_id text NOT NULL,
    identity    text NOT NULL,
    answer      text NOT NULL,
    PRIMARY KEY (replay_id, mode, original_id, identity)
);
-- The items that were answered at all, and when.
CREATE TABLE ends (
    replay_id   text NOT NULL,
    mode        text NOT NULL,
    original_id text NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (replay_id, mode, original_id)
);

-- How far each pass over the items is: the cursor is the last chunk that was asked for.
CREATE TABLE passes (
    replay_id text    NOT NULL,
    mode      text    NOT NULL,
    cursor    integer NOT NULL DEFAULT 0,
    ordered   integer NOT NULL DEFAULT 0,
    answered  integer NOT NULL DEFAULT 0,
    total     integer NOT NULL,
    began_at  timestamptz NOT NULL,
    PRIMARY KEY (replay_id, mode)
);

-- Who runs a replay just now. Whoever takes it from another raises the fence, and the other can put out nothing more.
CREATE TABLE leases (
    replay_id text PRIMARY KEY,
    fence     bigint NOT NULL,
    holder    text   NOT NULL,
    until     timestamptz NOT NULL
);

-- Where something changed on which it rests what a person, or an agency, may be told.
CREATE TABLE moved (
    key  text NOT NULL,
    what text NOT NULL,
    at   timestamptz NOT NULL,
    PRIMARY KEY (key, what)
);
CREATE TABLE standings (
    agency    text PRIMARY KEY,
    suspended boolean NOT NULL,
    at        timestamptz NOT NULL
);
