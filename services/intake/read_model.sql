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

CREATE TABLE rating_row (
    project_no      text        NOT NULL,
    stage           integer     NOT NULL,
    state           text        NOT NULL,
    department      text        NOT NULL,
    invited_at      timestamptz NOT NULL,
    answer_until    timestamptz NOT NULL,
    submitted_at    timestamptz,
    level           integer,                   -- 1 best, 5 worst
    named           boolean,
    has_text        boolean     NOT NULL,      -- the words stand in the vault
    clerk           text,
    contact_due_at  timestamptz,
    contact_overdue boolean     NOT NULL,
    finish_by       text,
    appeal          text,                      -- open, excluded, upheld
    PRIMARY KEY (project_no, stage)
);

CREATE INDEX rating_row_invited_at ON rating_row (invited_at DESC, project_no DESC, stage DESC);
CREATE INDEX rating_row_department
    ON rating_row (department, invited_at DESC, project_no DESC, stage DESC);

CREATE TABLE ticket_row (
    ticket_no     text        PRIMARY KEY,
    state         text        NOT NULL,
    channel       text        NOT NULL,
    topic         text        NOT NULL,
    project_no    text,
    received_at   timestamptz NOT NULL,
    lead_unit     text,
    co_units      text[],
    dispatched_at timestamptz,
    due_at        timestamptz,
    extended      boolean     NOT NULL,
    ruled         boolean     NOT NULL,
    replied_at    timestamptz,
    on_time       boolean,
    satisfied     boolean,
    supervised    boolean     NOT NULL         -- a limit passed without a reply
);

CREATE INDEX ticket_row_received_at ON ticket_row (received_at DESC, ticket_no DESC);
CREATE INDEX ticket_row_lead_unit ON ticket_row (lead_unit, received_at DESC, ticket_no DESC);

CREATE TABLE fee_row (
    order_no       text        PRIMARY KEY,
    project_no     text        NOT NULL,
    department     text        NOT NULL,
    state          text        NOT NULL,
    item_code      text        NOT NULL,
    item_version   integer     NOT NULL,       -- whose list the amount is from
    fee            text        NOT NULL,
    amount_fen     bigint      NOT NULL,
    assessed_at    timestamptz NOT NULL,
    notice_no      text,
    due_at         timestamptz,
    transaction_no text,                       -- the one that paid it
    paid_at        timestamptz,
    refunded_fen   bigint      NOT NULL,
    refunds_due    integer     NOT NULL        -- transactions still to be given back
);

CREATE INDEX fee_row_assessed_at ON fee_row (assessed_at DESC, order_no DESC);
CREATE INDEX fee_row_department ON fee_row (department, assessed_at DESC, order_no DESC);
CREATE INDEX fee_row_project_no ON fee_row (project_no);
CREATE INDEX fee_row_refunds_due ON fee_row (assessed_at DESC, order_no DESC) WHERE refunds_due > 0;

CREATE TABLE payment_row (
    transaction_no text        PRIMARY KEY,
    data_source    text        NOT NULL,
    order_no       text        NOT NULL,
    amount_fen     bigint      NOT NULL,
    channel        text        NOT NULL,
    paid_at        timestamptz NOT NULL,
    paid_on        date        NOT NULL,       -- in Asia/Shanghai
    outcome        text        NOT NULL        -- paid, refund_due, returned, refunded
);

CREATE INDEX payment_row_paid_on ON payment_row (paid_on, transaction_no);
