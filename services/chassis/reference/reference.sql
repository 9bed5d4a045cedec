-- What a service keeps of the catalog for itself: items with their versions and what became of them,
-- the calendar of each year in its editions, the parallel schemes. Filled by services/chassis/reference.

CREATE TABLE ref_item_version (
    item_code       text        NOT NULL,
    item_version    integer     NOT NULL,
    name            text        NOT NULL,
    item_type       text        NOT NULL,
    case_type       text        NOT NULL,
    department      text        NOT NULL,
    department_name text        NOT NULL,
    statutory_limit integer     NOT NULL,
    statutory_unit  text        NOT NULL,
    promised_limit  integer     NOT NULL,
    promised_unit   text        NOT NULL,
    lists           text[]      NOT NULL,
    effective_from  timestamptz NOT NULL,
    listing         jsonb,
    PRIMARY KEY (item_code, item_version)
);

CREATE TABLE ref_item_status (
    item_code  text        NOT NULL,
    position   bigint      NOT NULL,   -- of the event that said so
    kind       text        NOT NULL,   -- CANCELLED, SUPERSEDED, SPLIT or FROZEN
    since      timestamptz NOT NULL,
    until      timestamptz,            -- only of a freeze
    successors text[]      NOT NULL,
    PRIMARY KEY (item_code, position)
);

CREATE TABLE ref_calendar (
    year         integer NOT NULL,
    version      integer NOT NULL,
    document     text    NOT NULL,
    announced_on date    NOT NULL,
    position     bigint  NOT NULL,
    days_off     jsonb   NOT NULL,     -- [{"day", "label"}]
    work_days    jsonb   NOT NULL,
    PRIMARY KEY (year, version)
);

CREATE TABLE ref_scheme (
    scheme               text        NOT NULL,
    scheme_version       integer     NOT NULL,
    label                text        NOT NULL,
    kind                 text        NOT NULL,
    lead                 text        NOT NULL,
    joint_limit_days     integer     NOT NULL,
    joint_extension_days integer     NOT NULL,
    effective_from       timestamptz NOT NULL,
    members              jsonb       NOT NULL,
    PRIMARY KEY (scheme, scheme_version)
);

CREATE TABLE ref_window (
    window_no text NOT NULL PRIMARY KEY,
    label     text NOT NULL,
    since     date NOT NULL,
    closed_on date,
    hours     text NOT NULL    -- as on its door: 08:30-12:00,14:00-17:30; empty: not said
);
