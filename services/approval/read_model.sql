-- Approval's read side: one row a task, and its copy of the catalog.
-- with: reference

CREATE TABLE task (
    task_id          text        PRIMARY KEY,   -- project_no, or process_no/item_code
    process_no       text        NOT NULL,
    project_no       text        NOT NULL,
    state            text        NOT NULL,
    item_code        text        NOT NULL,
    department       text        NOT NULL,
    created_at       timestamptz NOT NULL,
    promised_due_at  timestamptz,               -- none while it stands still
    decided_at       timestamptz,
    decided_by       text,
    completion_kind  integer,
    steps            integer     NOT NULL DEFAULT 0,
    statutory_due_at timestamptz,
    ready_at         timestamptz,
    counted_until    timestamptz,               -- latest end of the limits counted here
    suspended        integer     NOT NULL,      -- reasons for which clocks stand still
    overdue          text[]      NOT NULL,      -- limits that passed while it was undecided
    handler          text,
    -- what the desk says of it, told by projections/desk.py
    needs            text[]      NOT NULL DEFAULT '{}',  -- tasks it waits for, without those a commitment lets it pass
    standing         text[]      NOT NULL DEFAULT '{}',  -- why clocks stand still: REASON/since/expected working days
    extended         integer     NOT NULL DEFAULT 0,     -- working days
    approaching      timestamptz                         -- the end that was said to be near
);

CREATE INDEX task_created_at ON task (created_at DESC, task_id DESC);
CREATE INDEX task_department ON task (department, created_at DESC, task_id DESC);
CREATE INDEX task_state ON task (state, created_at DESC, task_id DESC);
CREATE INDEX task_department_state ON task (department, state, created_at DESC, task_id DESC);
CREATE INDEX task_process ON task (process_no);
CREATE INDEX task_project ON task (project_no);
CREATE INDEX task_overdue ON task (department, created_at DESC, task_id DESC) WHERE overdue <> '{}';
CREATE INDEX task_overdue_all ON task (created_at DESC, task_id DESC) WHERE overdue <> '{}';
CREATE INDEX task_suspended ON task (created_at DESC, task_id DESC) WHERE suspended > 0;
CREATE INDEX task_undecided ON task (department, state, overdue, suspended)
    WHERE state IN ('blocked', 'open', 'in_progress', 'approved_conditionally');
CREATE INDEX task_counted ON task (counted_until)
    WHERE state IN ('open', 'in_progress', 'deemed_consented') AND counted_until IS NOT NULL;

-- The work list: what is to be decided, the earliest end first; what stands still or waits at last.
CREATE INDEX task_desk ON task (department, (coalesce(promised_due_at, 'infinity'::timestamptz)), task_id)
    INCLUDE (state, overdue, suspended, approaching, handler)
    WHERE state IN ('blocked', 'open', 'in_progress', 'approved_conditionally');
CREATE INDEX task_desk_all ON task ((coalesce(promised_due_at, 'infinity'::timestamptz)), task_id)
    WHERE state IN ('blocked', 'open', 'in_progress', 'approved_conditionally');
CREATE INDEX task_desk_item ON task (item_code, (coalesce(promised_due_at, 'infinity'::timestamptz)), task_id)
    WHERE state IN ('blocked', 'open', 'in_progress', 'approved_conditionally');
CREATE INDEX task_desk_mine ON task (handler, (coalesce(promised_due_at, 'infinity'::timestamptz)), task_id)
    WHERE handler IS NOT NULL AND state IN ('blocked', 'open', 'in_progress', 'approved_conditionally');
CREATE INDEX task_desk_late ON task (department, (coalesce(promised_due_at, 'infinity'::timestamptz)), task_id)
    WHERE overdue <> '{}' AND state IN ('blocked', 'open', 'in_progress', 'approved_conditionally');
CREATE INDEX task_desk_amber ON task (department, (coalesce(promised_due_at, 'infinity'::timestamptz)), task_id)
    WHERE approaching IS NOT NULL AND overdue = '{}'
    AND state IN ('blocked', 'open', 'in_progress', 'approved_conditionally');
CREATE INDEX task_desk_still ON task (department, (coalesce(promised_due_at, 'infinity'::timestamptz)), task_id)
    WHERE suspended > 0 AND state IN ('blocked', 'open', 'in_progress', 'approved_conditionally');

CREATE TABLE process (
    process_no     text        PRIMARY KEY,
    scheme         text        NOT NULL,
    scheme_version integer     NOT NULL,
    kind           text        NOT NULL,
    lead           text        NOT NULL,
    state          text        NOT NULL,        -- running, decided
    result         text,
    started_at     timestamptz NOT NULL,
    joint_due_at   timestamptz,                 -- none while it stands still
    joint_overdue  boolean     NOT NULL,
    decided_at     timestamptz,
    tasks          integer     NOT NULL
);

CREATE INDEX process_started_at ON process (started_at DESC, process_no DESC);
CREATE INDEX process_state ON process (state, started_at DESC, process_no DESC);
CREATE INDEX process_lead ON process (lead, started_at DESC, process_no DESC);

CREATE TABLE liability (
    liability_no text        PRIMARY KEY,
    process_no   text        NOT NULL,
    task_id      text        NOT NULL,
    project_no   text        NOT NULL,
    department   text        NOT NULL,
    liable       text        NOT NULL,          -- window, department
    unit         text        NOT NULL,
    rule         text        NOT NULL,
    cause        text        NOT NULL,
    due_at       timestamptz NOT NULL,
    recorded_at  timestamptz NOT NULL,
    withdrawn    boolean     NOT NULL
);

CREATE INDEX liability_recorded_at ON liability (recorded_at DESC, liability_no DESC);
CREATE INDEX liability_department ON liability (department, recorded_at DESC, liability_no DESC);
CREATE INDEX liability_process ON liability (process_no);

CREATE TABLE meeting (
    meeting_no   text        PRIMARY KEY,
    state        text        NOT NULL,          -- scheduled, held
    scheduled_at timestamptz NOT NULL,
    place        text        NOT NULL,
    projects     text[]      NOT NULL,
    departments  text[]      NOT NULL,
    absent       text[]      NOT NULL,
    minutes_hash text        NOT NULL,
    held_at      timestamptz
);

CREATE INDEX meeting_scheduled_at ON meeting (scheduled_at DESC, meeting_no DESC);

CREATE TABLE delegation (
    delegation text   PRIMARY KEY,
    department text   NOT NULL,
    staff      text   NOT NULL,
    since      date   NOT NULL,
    until      date,                            -- the last day
    ended_on   date,                            -- the first day without it
    items      text[]                           -- none: every item of the department
);

CREATE INDEX delegation_department ON delegation (department, staff);

-- Who applied, as intake says: no particulars.
CREATE TABLE case_applicant (
    project_no text PRIMARY KEY,
    subject_id text NOT NULL,
    account    text
);

-- Which cases belong to a project, as intake said when it accepted them.
CREATE TABLE member_case (
    project_no   text PRIMARY KEY,
    project_code text NOT NULL
);

-- Joint site surveys; times are those agreed, before that the first ones proposed.
CREATE TABLE survey_row (
    survey_no    text        PRIMARY KEY,
    process_no   text        NOT NULL,
    state        text        NOT NULL,
    place        text        NOT NULL,
    departments  text[]      NOT NULL,
    others       text[]      NOT NULL,
    requested_at timestamptz NOT NULL,
    starts_at    timestamptz,
    ends_at      timestamptz,
    confirmed    text[]      NOT NULL,
    absent       text[]      NOT NULL,
    overdue      text[]      NOT NULL,
    resurvey_of  text
);

CREATE INDEX survey_requested_at ON survey_row (requested_at DESC, survey_no DESC);
CREATE INDEX survey_starts_at ON survey_row (starts_at);
CREATE INDEX survey_process ON survey_row (process_no);

-- Commitment letters.
CREATE TABLE commitment_row (
    commitment_no text        PRIMARY KEY,
    process_no    text        NOT NULL,
    project_no    text        NOT NULL,
    task_id       text        NOT NULL,
    department    text        NOT NULL,
    scheme        text        NOT NULL,
    state         text        NOT NULL,
    promised      integer     NOT NULL,   -- papers
    received      integer     NOT NULL,
    requested_at  timestamptz NOT NULL,
    due_at        timestamptz,
    extended      boolean     NOT NULL,
    decided_at    timestamptz,
    ended_at      timestamptz,
    broken        boolean     NOT NULL,   -- its day passed without the papers; that stays so
    reason        text
);

CREATE INDEX commitment_requested_at ON commitment_row (requested_at DESC, commitment_no DESC);
CREATE INDEX commitment_department ON commitment_row (department, requested_at DESC);
CREATE INDEX commitment_project ON commitment_row (project_no);

-- Seals, as catalog has told of them.
CREATE TABLE seal (
    seal         text PRIMARY KEY,
    department   text NOT NULL,
    custodian    text NOT NULL,
    since        date NOT NULL,
    suspended_on date
);

-- Decisions as documents, and the limit of ten working days that follows a grant.
CREATE TABLE decision_row (
    decision_no   text        PRIMARY KEY,
    project_no    text        NOT NULL,
    task_id       text        NOT NULL,
    item_code     text        NOT NULL,
    department    text        NOT NULL,
    document      text        NOT NULL,
    result        text        NOT NULL,
    conditional   boolean     NOT NULL,
    issued_at     timestamptz NOT NULL,
    decided_by    text        NOT NULL,
    document_hash text        NOT NULL,
    code_hash     text        NOT NULL,     -- of the code printed on it
    file_hash     text,                     -- of the sealed file
    seal          text,
    due_at        timestamptz,
    light         text        NOT NULL,     -- '', amber, red
    served_at     timestamptz
);

CREATE INDEX decision_row_newest ON decision_row (issued_at DESC, decision_no DESC);
CREATE INDEX decision_row_department ON decision_row (department, issued_at DESC, decision_no DESC);
CREATE INDEX decision_row_project ON decision_row (project_no);
CREATE UNIQUE INDEX decision_row_code ON decision_row (code_hash);
CREATE INDEX decision_row_file ON decision_row (file_hash);
CREATE INDEX decision_row_waiting ON decision_row (due_at) WHERE served_at IS NULL AND due_at IS NOT NULL;

CREATE TABLE certificate_row (
    certificate_no text        PRIMARY KEY,
    project_no     text        NOT NULL,
    decision_no    text        NOT NULL,
    item_code      text        NOT NULL,
    department     text        NOT NULL,
    title          text        NOT NULL,
    issued_at      timestamptz NOT NULL,
    valid_from     date        NOT NULL,
    valid_to       date,
    status         text        NOT NULL,    -- 01 valid ... 07, as events say; expiry by date is asked for
    due_at         timestamptz NOT NULL,
    dispatched_at  timestamptz,
    served_at      timestamptz,
    on_time        boolean,
    renewal_open   boolean     NOT NULL,
    superseded_by  text,
    library_id     text,
    file_hash      text        NOT NULL,
    code_hash      text        NOT NULL,
    revocation_due_at timestamptz,              -- a broken promise orders it; empty again when done
    revocation_letter text
);

CREATE INDEX certificate_row_revocation ON certificate_row (revocation_due_at)
    WHERE revocation_due_at IS NOT NULL;
CREATE INDEX certificate_row_newest ON certificate_row (issued_at DESC, certificate_no DESC);
CREATE INDEX certificate_row_department ON certificate_row (department, issued_at DESC, certificate_no DESC);
CREATE INDEX certificate_row_project ON certificate_row (project_no);
CREATE UNIQUE INDEX certificate_row_code ON certificate_row (code_hash);
CREATE INDEX certificate_row_file ON certificate_row (file_hash);

CREATE TABLE source_copy (
    name        text   PRIMARY KEY,
    disabled    boolean NOT NULL,
    kinds       text[] NOT NULL,
    departments text[] NOT NULL                 -- empty: all
);
