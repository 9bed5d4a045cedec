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
    breached_at     timestamptz,               -- end of the promise that passed while it was open
    window_no       text,
    standing        integer     NOT NULL DEFAULT 0, -- reasons for which its clocks stand still
    ended_at        timestamptz,               -- when it came to nothing
    account         text                       -- whose case it is, besides the clerks
);

-- One for each filter of the list, each in the order of the list.
CREATE INDEX case_row_submitted_at ON case_row (submitted_at DESC, project_no DESC);
CREATE INDEX case_row_department ON case_row (department, submitted_at DESC, project_no DESC);
CREATE INDEX case_row_window ON case_row (window_no, submitted_at DESC, project_no DESC)
    WHERE window_no IS NOT NULL;
CREATE INDEX case_row_channel ON case_row (channel, submitted_at DESC, project_no DESC);
CREATE INDEX case_row_item ON case_row (item_code, submitted_at DESC, project_no DESC);
CREATE INDEX case_row_state ON case_row (state, submitted_at DESC, project_no DESC)
    WHERE state <> 'completed';                -- nearly all are: those are found by the time alone
CREATE INDEX case_row_account ON case_row (account, submitted_at DESC, project_no DESC)
    WHERE account IS NOT NULL;

CREATE INDEX case_row_counted ON case_row (counted_until)
    WHERE state IN ('accepted', 'in_review') AND counted_until IS NOT NULL;

CREATE TABLE desk_row (
    project_no   text        PRIMARY KEY,
    clerk        text,                         -- who told the applicant what is missing
    corrected_at timestamptz,                  -- the corrections are in, to be looked at
    review       text                          -- what a person is asked to look at
);

CREATE INDEX desk_row_review ON desk_row (project_no) WHERE review IS NOT NULL;

CREATE TABLE undoing_row (
    project_no   text        PRIMARY KEY,
    undoing      text        NOT NULL,         -- voiding, deletion; gone when it is answered
    reason       text        NOT NULL,
    asked_by     text        NOT NULL,
    requested_at timestamptz NOT NULL
);

CREATE INDEX undoing_row_requested_at ON undoing_row (requested_at, project_no);

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
CREATE INDEX rating_row_bad ON rating_row (submitted_at DESC, project_no DESC, stage DESC)
    WHERE level >= 4;

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

CREATE TABLE slot_row (
    slot_no   text        PRIMARY KEY,
    window_no text        NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at   timestamptz NOT NULL,
    capacity  integer     NOT NULL,
    taken     integer     NOT NULL
);

CREATE INDEX slot_row_starts_at ON slot_row (starts_at, slot_no);
CREATE INDEX slot_row_window ON slot_row (window_no, starts_at, slot_no);

CREATE TABLE appointment_row (
    appointment_no text        PRIMARY KEY,
    slot_no        text        NOT NULL,
    window_no      text        NOT NULL,
    starts_at      timestamptz NOT NULL,
    ends_at        timestamptz NOT NULL,
    state          text        NOT NULL,
    booked_at      timestamptz NOT NULL,
    subject_id     text        NOT NULL,
    account        text,                       -- booked online by it
    item_code      text,
    checked_in_at  timestamptz,
    reason         text                        -- why it was cancelled
);

CREATE INDEX appointment_row_window ON appointment_row (window_no, starts_at, appointment_no);
CREATE INDEX appointment_row_starts_at ON appointment_row (starts_at, appointment_no);
CREATE INDEX appointment_row_account ON appointment_row (account, starts_at, appointment_no)
    WHERE account IS NOT NULL;

CREATE TABLE visit_row (
    visit_no   text        PRIMARY KEY,
    state      text        NOT NULL,
    reason     text        NOT NULL,
    ordered_at timestamptz NOT NULL,
    account    text,
    item_code  text,
    project_no text,
    clerk      text,                           -- who goes
    starts_at  timestamptz,
    outcome    text
);

CREATE INDEX visit_row_ordered_at ON visit_row (ordered_at DESC, visit_no DESC);

CREATE TABLE extended_row (
    project_no  text        NOT NULL,
    window_no   text        NOT NULL,
    clerk       text        NOT NULL,
    began_at    timestamptz NOT NULL,
    ended_at    timestamptz NOT NULL,
    working_day boolean     NOT NULL,
    PRIMARY KEY (project_no, began_at)
);

CREATE TABLE contact_row (
    enquiry_no  text        PRIMARY KEY,
    state       text        NOT NULL,
    topic       text        NOT NULL,
    owner       text        NOT NULL,
    unit        text,
    assigned_at timestamptz NOT NULL,
    receiver    text,                          -- asked to take it over
    due_at      timestamptz,
    overdue     boolean     NOT NULL,
    outcome     text,
    project_no  text,
    hand_overs  integer     NOT NULL
);

CREATE INDEX contact_row_assigned_at ON contact_row (assigned_at DESC, enquiry_no DESC);
CREATE INDEX contact_row_owner ON contact_row (owner, assigned_at DESC, enquiry_no DESC);

CREATE TABLE village_row (
    request_no     text        PRIMARY KEY,
    state          text        NOT NULL,
    kind           text        NOT NULL,
    village        text        NOT NULL,
    township       text        NOT NULL,
    account        text,                       -- the applicant's own; NULL when the village asked
    channel        text        NOT NULL,
    requested_at   timestamptz NOT NULL,
    due_at         timestamptz,                -- of the stage under way
    verified_at    timestamptz,
    issued_at      timestamptz,
    certificate_no text,
    valid_until    timestamptz,
    reason         text,
    overdue        boolean     NOT NULL,
    code_digest    text
);

CREATE INDEX village_row_requested_at ON village_row (requested_at DESC, request_no DESC);
CREATE INDEX village_row_village ON village_row (village, requested_at DESC, request_no DESC);
CREATE INDEX village_row_township ON village_row (township, requested_at DESC, request_no DESC);
CREATE INDEX village_row_account ON village_row (account, requested_at DESC, request_no DESC)
    WHERE account IS NOT NULL;
CREATE INDEX village_row_certificate ON village_row (certificate_no)
    WHERE certificate_no IS NOT NULL;
CREATE INDEX village_row_open ON village_row (state, requested_at DESC, request_no DESC)
    WHERE state IN ('requested', 'verified');

CREATE TABLE place_row (
    region text PRIMARY KEY,   -- of a village or township, as catalog writes it
    name   text NOT NULL
);

CREATE TABLE agency_row (
    agency_no    text        PRIMARY KEY,
    state        text        NOT NULL,
    agent        text        NOT NULL,
    account      text,
    project_nos  text[]      NOT NULL,
    scope        text[]      NOT NULL,
    valid_until  timestamptz NOT NULL,
    appointed_at timestamptz NOT NULL,
    accepted_at  timestamptz,
    ended_at     timestamptz
);

CREATE INDEX agency_row_appointed_at ON agency_row (appointed_at DESC, agency_no DESC);
CREATE INDEX agency_row_agent ON agency_row (agent, appointed_at DESC, agency_no DESC);
CREATE INDEX agency_row_account ON agency_row (account, appointed_at DESC, agency_no DESC);

CREATE TABLE result_row (
    project_no     text        PRIMARY KEY,
    state          text        NOT NULL,
    item_code      text,
    department     text        NOT NULL,
    granted        boolean     NOT NULL,
    shelf          text,
    shelved_at     timestamptz NOT NULL,
    collect_by     timestamptz NOT NULL,
    coded          boolean     NOT NULL,       -- a pick-up code was told
    locked         boolean     NOT NULL,
    overdue        boolean     NOT NULL,
    handed_over_at timestamptz,
    code_digest    text                        -- keyed hash; the code itself is nowhere
);

CREATE INDEX result_row_shelved_at ON result_row (shelved_at DESC, project_no DESC);
CREATE INDEX result_row_state ON result_row (state, shelved_at DESC, project_no DESC);
CREATE INDEX result_row_code ON result_row (code_digest) WHERE code_digest IS NOT NULL;

CREATE TABLE source_row (
    name        text        PRIMARY KEY,
    disabled    boolean     NOT NULL,
    kinds       text[]      NOT NULL,
    departments text[]      NOT NULL,          -- empty: all
    since       timestamptz NOT NULL,
    reason      text                           -- why it is disabled
);

CREATE TABLE material_row (
    project_no     text        NOT NULL,
    material_code  text        NOT NULL,
    name           text        NOT NULL,
    state          text        NOT NULL,
    department     text        NOT NULL,
    changed_at     timestamptz NOT NULL,
    form           text,
    copies         integer     NOT NULL DEFAULT 0,
    content_hash   text,                       -- SHA-256 of the clear bytes, hex
    size_bytes     bigint,
    media_type     text,
    certificate_id text,
    reason         text,                       -- why it was rejected
    due_on         date,                       -- promised for
    lapsed         boolean     NOT NULL DEFAULT false,
    PRIMARY KEY (project_no, material_code)
);

CREATE INDEX material_row_state
    ON material_row (state, changed_at DESC, project_no DESC, material_code DESC);

CREATE TABLE certificate_row (
    certificate_no text        PRIMARY KEY,
    item_code      text        NOT NULL,
    subject_id     text        NOT NULL,
    valid_to       date,                       -- last day it holds; NULL: without end
    ended          boolean     NOT NULL DEFAULT false
);

CREATE INDEX certificate_row_subject ON certificate_row (subject_id);
