-- Intake's read side: its cases in a row each, where a row went, and its copy of the catalog.
-- with: reference

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
    granted         boolean,
    statutory_due_at timestamptz,
    counted_until   timestamptz,               -- later end of the limits counted here
    provisional     boolean     NOT NULL,
    breached_at     timestamptz                -- end of the promise that passed while it was open
);

CREATE INDEX case_row_submitted_at ON case_row (submitted_at DESC, project_no DESC);
CREATE INDEX case_row_department ON case_row (department, submitted_at DESC, project_no DESC);

CREATE INDEX case_row_counted ON case_row (counted_until)
    WHERE state = 'accepted' AND counted_until IS NOT NULL;

CREATE TABLE record_row (
    data_source text NOT NULL,
    row_guid    text NOT NULL,
    project_no  text NOT NULL,
    PRIMARY KEY (data_source, row_guid)
);
