-- The catalog's read side. Rows are only added, but for two things: a range that ends is closed
-- (entry.until), and what is registered again replaces what it said before. Everything that
-- depends on the moment one asks about (in force, frozen, cancelled) is decided by the reader.

CREATE TABLE item_version (
    item_code            text COLLATE "C" NOT NULL,
    item_version         integer     NOT NULL,
    name                 text        NOT NULL,
    item_type            text COLLATE "C" NOT NULL,   -- GB/T 39046-2020 A.1
    case_type            text COLLATE "C" NOT NULL,
    department           text COLLATE "C" NOT NULL,
    department_name      text        NOT NULL,
    statutory_limit_days integer     NOT NULL,   -- counted in the unit `listing` names
    promised_limit_days  integer     NOT NULL,
    lists                text COLLATE "C" NOT NULL,   -- names joined by a comma
    effective_from       timestamptz NOT NULL,
    published_at         timestamptz NOT NULL,
    retroactive          boolean     NOT NULL,
    origin               text COLLATE "C",
    source_document      text,
    listing              jsonb,
    PRIMARY KEY (item_code, item_version)
);

-- What happened to an item besides its versions; `seq` is the number in its stream.
CREATE TABLE item_act (
    item_code      text COLLATE "C" NOT NULL,
    seq            integer     NOT NULL,
    act            text COLLATE "C" NOT NULL,
    effective_from timestamptz NOT NULL,
    until          timestamptz,               -- of a freeze that ends by itself
    ends           boolean     NOT NULL,      -- no new cases any more
    said           jsonb       NOT NULL,      -- the event's own data
    PRIMARY KEY (item_code, seq)
);

-- item_code became other, by a merge or a split.
CREATE TABLE lineage (
    item_code      text COLLATE "C" NOT NULL,
    other          text COLLATE "C" NOT NULL,
    act            text COLLATE "C" NOT NULL,
    effective_from timestamptz NOT NULL
);
CREATE INDEX lineage_forward ON lineage (item_code);
CREATE INDEX lineage_backward ON lineage (other);

CREATE TABLE guide (
    item_code    text COLLATE "C" NOT NULL,
    item_version integer     NOT NULL,
    seq          integer     NOT NULL,
    published_at timestamptz NOT NULL,
    materials    text        NOT NULL,
    criteria     text        NOT NULL,
    steps        text        NOT NULL,
    flow         text        NOT NULL,
    PRIMARY KEY (item_code, seq)
);

-- Every draft and review there was; the newest draft of a version counts, with the reviews after it.
CREATE TABLE draft (
    item_code    text COLLATE "C" NOT NULL,
    seq          integer     NOT NULL,
    item_version integer     NOT NULL,
    draft        jsonb       NOT NULL,
    reason       text        NOT NULL,
    author       text COLLATE "C" NOT NULL,   -- an account
    drafted_at   timestamptz NOT NULL,
    PRIMARY KEY (item_code, seq)
);
CREATE TABLE review (
    item_code    text COLLATE "C" NOT NULL,
    seq          integer     NOT NULL,
    item_version integer     NOT NULL,
    office       text COLLATE "C" NOT NULL,
    passed       boolean     NOT NULL,
    comments     text        NOT NULL,
    reviewer     text COLLATE "C" NOT NULL,   -- an account
    reviewed_at  timestamptz NOT NULL,
    PRIMARY KEY (item_code, seq)
);

CREATE TABLE basic_item (
    catalog_code   text COLLATE "C" PRIMARY KEY,
    name           text        NOT NULL,
    folded         text COLLATE "C" NOT NULL,   -- as `fold` in projections/search.py writes it
    item_type      text COLLATE "C" NOT NULL,
    levels         smallint[]  NOT NULL,
    basis          text        NOT NULL,
    effective_from timestamptz NOT NULL,
    cancelled_from timestamptz,
    cancel_reason  text,
    as_published   jsonb
);

CREATE TABLE claim (
    unit         text COLLATE "C" NOT NULL,
    catalog_code text COLLATE "C" NOT NULL,
    seq          integer     NOT NULL,
    unit_name    text        NOT NULL,
    level        smallint    NOT NULL,
    batch_no     integer     NOT NULL,
    item_code    text COLLATE "C",
    online_depth smallint,
    fully_online boolean,
    claimed_at   timestamptz NOT NULL,
    PRIMARY KEY (unit, catalog_code, seq)
);

-- What a search reads from beginning to end: one narrow row a version of an item, one a claim.
-- The name of a claim is that of its basic item; there it is written once.
CREATE TABLE entry (
    since        timestamptz NOT NULL,
    until        timestamptz,               -- NULL while nothing followed
    published_at timestamptz NOT NULL,
    version      integer     NOT NULL,      -- of a claim: its number in its stream
    level        smallint    NOT NULL,      -- 0: not said
    claim        boolean     NOT NULL,
    resident     boolean     NOT NULL,
    item_type    text COLLATE "C" NOT NULL,
    case_type    text COLLATE "C" NOT NULL,
    code         text COLLATE "C" NOT NULL, -- item code, or <unit>/<catalog_code>
    unit         text COLLATE "C" NOT NULL, -- department of an item, unit of a claim
    catalog_code text COLLATE "C" NOT NULL, -- "": none
    folded       text COLLATE "C" NOT NULL, -- "" of a claim
    lists        text COLLATE "C" NOT NULL, -- joined by a comma
    audience     smallint[]  NOT NULL,
    topics       text[]      NOT NULL,
    PRIMARY KEY (code, version)
);

CREATE TABLE region (
    region text COLLATE "C" PRIMARY KEY,
    name   text     NOT NULL,
    level  smallint NOT NULL,
    parent text COLLATE "C"
);

CREATE TABLE department (
    department        text COLLATE "C" PRIMARY KEY,
    name              text     NOT NULL,
    level             smallint NOT NULL,
    region            text COLLATE "C" NOT NULL,
    resident          boolean  NOT NULL,
    since             date     NOT NULL,
    until             date,
    uscc              text COLLATE "C",
    budget_unit       boolean,
    network_connected boolean
);

CREATE TABLE service_window (
    service_window text COLLATE "C" PRIMARY KEY,
    label          text NOT NULL,
    kind           text COLLATE "C" NOT NULL,
    department     text COLLATE "C",
    since          date NOT NULL,
    hours          text COLLATE "C" NOT NULL,   -- 08:30-12:00,14:00-17:30
    closed_on      date,
    close_reason   text
);

CREATE TABLE staff (
    staff          text COLLATE "C" PRIMARY KEY,   -- an account
    unit           text COLLATE "C" NOT NULL,
    roles          text[] NOT NULL,
    service_window text COLLATE "C",
    since          date NOT NULL,
    left_on        date
);

CREATE TABLE delegation (
    delegation text COLLATE "C" PRIMARY KEY,
    department text COLLATE "C" NOT NULL,
    staff      text COLLATE "C" NOT NULL,
    since      date NOT NULL,
    until      date,
    document   text NOT NULL,
    items      text[],                             -- NULL: all of the department
    ended_on   date,
    end_reason text
);

CREATE TABLE seal (
    seal           text COLLATE "C" PRIMARY KEY,
    department     text COLLATE "C" NOT NULL,
    custodian      text COLLATE "C" NOT NULL,      -- an account
    since          date NOT NULL,
    suspended_on   date,
    suspend_reason text
);

CREATE TABLE scheme (
    scheme               text COLLATE "C" NOT NULL,
    scheme_version       integer     NOT NULL,
    label                text        NOT NULL,
    kind                 text COLLATE "C" NOT NULL,
    lead                 text COLLATE "C" NOT NULL,
    members              jsonb       NOT NULL,
    joint_limit_days     integer     NOT NULL,
    joint_extension_days integer     NOT NULL,
    effective_from       timestamptz NOT NULL,
    cycles               jsonb       NOT NULL,
    PRIMARY KEY (scheme, scheme_version)
);

CREATE TABLE calendar (
    year             integer NOT NULL,
    calendar_version integer NOT NULL,
    document         text    NOT NULL,
    announced_on     date    NOT NULL,
    days_off         jsonb   NOT NULL,
    work_days        jsonb   NOT NULL,
    changed          jsonb   NOT NULL,
    PRIMARY KEY (year, calendar_version)
);
