-- Intake's read side: the items it may accept under, its cases in a row each, and where a row went.

CREATE TABLE item_version (
    item_code           text        NOT NULL,
    item_version        integer     NOT NULL,
    name                text        NOT NULL,
    case_type           text        NOT NULL,
    department          text        NOT NULL,
    department_name     text        NOT NULL,
    promised_limit_days integer     NOT NULL,   -- working days
    effective_from      timestamptz NOT NULL,
    PRIMARY KEY (item_code, item_version)
);

CREATE TABLE case_row (
    project_no      text        PRIMARY KEY,
    state           text        NOT NULL,
    item_code       text        NOT NULL,
    channel         text        NOT NULL,
    submitted_at    timestamptz NOT NULL,
    item_version    integer,
    item_name       text,
    department      text,
    accepted_at     timestamptz,
    promised_due_at timestamptz,
    completed_at    timestamptz,
    completion_kind integer,
    granted         boolean
);

CREATE INDEX case_row_submitted_at ON case_row (submitted_at DESC, project_no DESC);
CREATE INDEX case_row_department ON case_row (department, submitted_at DESC, project_no DESC);

CREATE TABLE record_row (
    data_source text NOT NULL,
    row_guid    text NOT NULL,
    project_no  text NOT NULL,
    PRIMARY KEY (data_source, row_guid)
);
