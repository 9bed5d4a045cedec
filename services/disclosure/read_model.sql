-- What the figures are counted from. Facts are only ever added; the table of cases is folded from
-- them as they come in, and keeps every version of a case with the log positions it was valid for,
-- so that a figure at (as_of, positions) is the same for ever.
-- with: reference

CREATE TABLE facts (
    source          text COLLATE "C" NOT NULL,
    position        bigint NOT NULL,
    fact            text COLLATE "C" NOT NULL
                    CHECK (fact IN
                        ('accepted', 'completed', 'corrected', 'retracted', 'recalculated')),
    case_no         text COLLATE "C" NOT NULL,
    record          text COLLATE "C" NOT NULL CHECK (record IN ('accept', 'result')),
    -- Of a correction, and of a deadline counted anew, what is NULL here is unchanged.
    accepted_at     timestamptz,
    accepted_month  integer,  -- year * 12 + month - 1 on the clock of the place it happened
    due_at          timestamptz,
    completed_at    timestamptz,
    completed_month integer,
    kind            smallint, -- completion kind 0 to 6, 3: deleted, an entry error
    channel         text COLLATE "C",
    department      text COLLATE "C",
    item            text COLLATE "C",
    region          text COLLATE "C",
    PRIMARY KEY (source, position)
);
CREATE INDEX facts_of_case ON facts (case_no, position);

CREATE TABLE cases (
    -- Fixed widths first: rows stay narrow, a scan of the county's year stays short.
    since           bigint NOT NULL,  -- first intake position this version is true at
    until           bigint NOT NULL,  -- first position it is not; 2^63-1 while it is the latest
    accepted_at     timestamptz NOT NULL,
    due_at          timestamptz,
    completed_at    timestamptz,
    completed_since bigint,           -- intake position the completion is known from
    accepted_month  integer NOT NULL,
    completed_month integer,
    kind            smallint,
    case_no         text COLLATE "C" NOT NULL,
    channel         text COLLATE "C" NOT NULL,
    department      text COLLATE "C" NOT NULL,
    item            text COLLATE "C" NOT NULL,
    region          text COLLATE "C" NOT NULL,
    PRIMARY KEY (case_no, since)
) WITH (fillfactor = 90);  -- a completion updates its row in place (heap only)
CREATE INDEX cases_by_acceptance ON cases (accepted_at, case_no);
-- Cases of the online hall (measures.cases.ONLINE_CHANNELS) are few; most come to a window.
CREATE INDEX cases_online ON cases (channel) WHERE channel IN
    ('online', 'pc', 'mobile', 'wechat', 'app', 'email', 'Internet', 'e-mail', 'provincial');

-- The catalog: rows are only ever added. Each has its place in the catalog's log (position) and the
-- moment it takes effect in the world (effective_from, at); what a list does not say is NULL.
CREATE TABLE items (
    position             bigint PRIMARY KEY,
    item                 text COLLATE "C" NOT NULL,
    item_version         integer NOT NULL,
    name                 text NOT NULL,
    department           text COLLATE "C" NOT NULL,
    department_name      text NOT NULL,
    item_type            text COLLATE "C" NOT NULL,
    level                smallint,          -- 1 nation .. 4 county, 5 township, 6 village
    region               text COLLATE "C" NOT NULL,
    immediate            boolean NOT NULL,
    resident             boolean,
    visits               integer,
    statutory            integer NOT NULL,  -- limits, counted in their units
    statutory_unit       text COLLATE "C" NOT NULL,
    promised             integer NOT NULL,
    promised_unit        text COLLATE "C" NOT NULL,
    materials            integer NOT NULL,  -- how many are asked for
    online_depth         smallint,
    fully_online         boolean,
    effective_from       timestamptz NOT NULL
);
CREATE INDEX items_by_department ON items (department, position DESC);
CREATE INDEX items_by_code ON items (item, position DESC);

CREATE TABLE changes (
    position         bigint PRIMARY KEY,
    item             text COLLATE "C" NOT NULL,
    item_version     integer,
    fact             text COLLATE "C" NOT NULL,
    at               timestamptz NOT NULL,
    until            timestamptz,       -- of a freeze
    item_type        text COLLATE "C",
    programme        text COLLATE "C",
    before           text,
    after            text,
    steps_before     integer,           -- of a re-engineering
    steps_after      integer,
    materials_before integer,
    materials_after  integer
);
CREATE INDEX changes_by_item ON changes (item, position);

CREATE TABLE claims (
    position     bigint PRIMARY KEY,
    claim        uuid NOT NULL,         -- its stream: one unit and one basic item
    version      integer NOT NULL,      -- place in the stream: a later one takes its place
    at           timestamptz NOT NULL,
    catalog_code text COLLATE "C" NOT NULL,
    unit         text COLLATE "C" NOT NULL,
    unit_name    text NOT NULL,
    level        smallint NOT NULL,
    region       text COLLATE "C" NOT NULL,
    item         text COLLATE "C",      -- its own list, where it has one
    online_depth smallint,
    fully_online boolean
);
CREATE INDEX claims_said_again ON claims (claim, version) WHERE version > 1;

CREATE TABLE withdrawals (
    position bigint PRIMARY KEY,
    claim    uuid NOT NULL,
    version  integer NOT NULL,
    at       timestamptz NOT NULL
);

CREATE TABLE basics (
    position     bigint PRIMARY KEY,
    catalog_code text COLLATE "C" NOT NULL,
    version      integer NOT NULL,
    fact         text COLLATE "C" NOT NULL CHECK (fact IN ('registered', 'cancelled')),
    at           timestamptz NOT NULL,
    name         text,
    item_type    text COLLATE "C"
);
CREATE INDEX basics_by_code ON basics (catalog_code, version DESC);

-- What departments and regions are called, from which place of the catalog's log on.
CREATE TABLE named (
    position bigint PRIMARY KEY,
    what     text COLLATE "C" NOT NULL CHECK (what IN ('department', 'region')),
    code     text COLLATE "C" NOT NULL,
    name     text NOT NULL
);
CREATE INDEX named_by_code ON named (what, code, position DESC);

CREATE TABLE figures (
    id           uuid PRIMARY KEY,
    measure      text COLLATE "C" NOT NULL,
    published_at timestamptz NOT NULL,
    figure       jsonb NOT NULL
);
CREATE INDEX figures_by_time ON figures (published_at DESC, id);

-- What was found of a published figure later; the figure stays as it was said.
CREATE TABLE corrections (
    id           uuid NOT NULL,
    version      integer NOT NULL,      -- of its stream: the newest says what holds now
    corrected_at timestamptz NOT NULL,
    correction   jsonb NOT NULL,
    PRIMARY KEY (id, version)
);

-- When the logs of other services recorded what is counted here: which position was known when.
CREATE TABLE known (
    source      text COLLATE "C" NOT NULL,
    position    bigint NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX known_by_time ON known (source, recorded_at, position);

-- Folds one case again, from all of its facts in the order of the log.
CREATE FUNCTION refold(wanted text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    said facts%ROWTYPE;
    v cases%ROWTYPE;
    alive boolean := false;
BEGIN
    DELETE FROM cases WHERE case_no = wanted;
    FOR said IN SELECT * FROM facts WHERE case_no = wanted ORDER BY position LOOP
        IF said.fact = 'completed' AND alive AND v.completed_since IS NULL THEN
            v.completed_at := said.completed_at;
            v.completed_month := said.completed_month;
            v.kind := said.kind;
            v.completed_since := said.position;
            CONTINUE;
        END IF;
        CONTINUE WHEN said.fact <> 'accepted' AND NOT alive;
        IF alive THEN
            v.until := said.position;
            INSERT INTO cases SELECT (v).*;
        END IF;
        v.since := said.position;
        v.until := 9223372036854775807;
        IF said.fact = 'accepted' THEN
            alive := true;
            v.case_no := wanted;
            v.accepted_at := said.accepted_at;
            v.accepted_month := said.accepted_month;
            v.due_at := said.due_at;
            v.channel := said.channel;
            v.department := said.department;
            v.item := said.item;
            v.region := said.region;
            v.completed_at := NULL;
            v.completed_month := NULL;
            v.completed_since := NULL;
            v.kind := NULL;
        ELSIF said.fact = 'retracted' AND said.record = 'accept' THEN
            alive := false;
        ELSIF said.fact = 'retracted' THEN
            v.completed_at := NULL;
            v.completed_month := NULL;
            v.completed_since := NULL;
            v.kind := NULL;
        ELSE
            v.accepted_at := coalesce(said.accepted_at, v.accepted_at);
            v.accepted_month := coalesce(said.accepted_month, v.accepted_month);
            v.due_at := coalesce(said.due_at, v.due_at);
            v.channel := coalesce(said.channel, v.channel);
            v.department := coalesce(said.department, v.department);
            v.item := coalesce(said.item, v.item);
            v.region := coalesce(said.region, v.region);
            IF v.completed_since IS NOT NULL OR said.fact = 'completed' THEN
                v.completed_at := coalesce(said.completed_at, v.completed_at);
                v.completed_month := coalesce(said.completed_month, v.completed_month);
                v.kind := coalesce(said.kind, v.kind);
                v.completed_since := said.position;
            END IF;
        END IF;
    END LOOP;
    IF alive THEN
        INSERT INTO cases SELECT (v).*;
    END IF;
END $$;

-- Nearly every case is one acceptance and at most one completion after it: those (`plain`) are folded
-- as a set, the rest one by one.
CREATE VIEW folded AS
    SELECT min(position) FILTER (WHERE fact = 'accepted') AS since, 9223372036854775807 AS until,
           max(accepted_at) AS accepted_at, max(due_at) AS due_at, max(completed_at) AS completed_at,
           max(position) FILTER (WHERE fact = 'completed') AS completed_since,
           max(accepted_month) AS accepted_month, max(completed_month) AS completed_month,
           max(kind) AS kind, case_no, max(channel) AS channel, max(department) AS department,
           max(item) AS item, max(region) AS region,
           count(*) <= 2 AND count(*) FILTER (WHERE fact = 'accepted') = 1
           AND count(*) FILTER (WHERE fact = 'completed') = count(*) - 1
           AND min(position) = min(position) FILTER (WHERE fact = 'accepted') AS plain
    FROM facts GROUP BY case_no;

-- Once a statement, for all the facts it added.
--
-- The plan is made once a connection, perhaps while the tables are empty: index lookups are the only
-- plan that stays good as they grow.
CREATE FUNCTION fold_facts() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    path text := current_setting('search_path');
    told text[];
BEGIN
    -- A rebuilt copy folds into itself, whatever the caller's path says.
    PERFORM set_config('search_path', quote_ident(TG_TABLE_SCHEMA), true);
    SELECT array_agg(DISTINCT n.case_no) INTO told FROM new_facts AS n;
    INSERT INTO cases
    SELECT f.since, f.until, f.accepted_at, f.due_at, f.completed_at, f.completed_since,
           f.accepted_month, f.completed_month, f.kind, f.case_no,
           f.channel, f.department, f.item, f.region
    FROM folded AS f WHERE f.case_no = ANY (told) AND f.plain
    ON CONFLICT (case_no, since) DO UPDATE
    SET completed_at = EXCLUDED.completed_at, completed_since = EXCLUDED.completed_since,
        completed_month = EXCLUDED.completed_month, kind = EXCLUDED.kind;
    PERFORM refold(f.case_no) FROM folded AS f WHERE f.case_no = ANY (told) AND NOT f.plain;
    PERFORM set_config('search_path', path, true);
    RETURN NULL;
END $$;

-- The same for all facts at once, into an empty table: a rebuild copies without the trigger.
CREATE FUNCTION fold_all() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO cases
    SELECT f.since, f.until, f.accepted_at, f.due_at, f.completed_at, f.completed_since,
           f.accepted_month, f.completed_month, f.kind, f.case_no,
           f.channel, f.department, f.item, f.region
    FROM folded AS f WHERE f.plain ORDER BY f.since;
    PERFORM refold(f.case_no) FROM (SELECT DISTINCT case_no FROM facts) AS f
    WHERE NOT EXISTS (SELECT FROM cases AS c WHERE c.case_no = f.case_no);
END $$;

CREATE TRIGGER fold AFTER INSERT ON facts
    REFERENCING NEW TABLE AS new_facts
    FOR EACH STATEMENT EXECUTE FUNCTION fold_facts();

-- Requests for information (依申请公开): one row each, for the desk, the progress page and the
-- table of the annual report. Nothing in it names a person: who asks stands in the vault.
CREATE TABLE foi (
    request_no  text COLLATE "C" PRIMARY KEY,
    subject_id  text COLLATE "C" NOT NULL,
    account     text COLLATE "C",
    channel     text COLLATE "C" NOT NULL,
    category    text COLLATE "C" NOT NULL,
    state       text COLLATE "C" NOT NULL,
    waits_for   text COLLATE "C" NOT NULL,  -- confirmation, correction, consultation, fee; '' for nobody
    raw_on      date NOT NULL,
    received_on date,                       -- NULL until the day of receipt is confirmed
    due_at      timestamptz,                -- NULL: no clock runs, or it stands still
    unit        text COLLATE "C" NOT NULL,
    matter      text COLLATE "C" NOT NULL,
    extended    boolean NOT NULL,
    overdue     boolean NOT NULL,
    reply       text COLLATE "C",
    grounds     text[] NOT NULL,
    ended_on    date,
    on_time     boolean,
    served_on   date
);
CREATE INDEX foi_open ON foi (due_at) WHERE ended_on IS NULL;
CREATE INDEX foi_of_subject ON foi (subject_id, received_on);
CREATE INDEX foi_of_matter ON foi (matter) WHERE matter <> '';

CREATE TABLE foi_remedy (
    request_no text COLLATE "C" NOT NULL,
    docket_no  text COLLATE "C" NOT NULL,
    route      text COLLATE "C" NOT NULL,
    again      boolean NOT NULL,            -- a suit after a reconsideration
    filed_on   date NOT NULL,
    outcome    text COLLATE "C",
    decided_on date,
    PRIMARY KEY (request_no, docket_no)
);

-- What is published unasked (主动公开): every version as it was written, and what is public now.
CREATE TABLE entry_version (
    entry_no      text COLLATE "C" NOT NULL,
    entry_version integer NOT NULL,
    state         text COLLATE "C" NOT NULL,
    node          text COLLATE "C" NOT NULL,
    facet         text COLLATE "C" NOT NULL,
    boosts        text[] NOT NULL,
    level         text COLLATE "C" NOT NULL,
    place         text COLLATE "C" NOT NULL,
    title         text NOT NULL,
    body          text NOT NULL,
    issue_no      text NOT NULL,
    formed_on     date NOT NULL,
    due_at        timestamptz NOT NULL,
    written_at    timestamptz NOT NULL,
    overdue       boolean NOT NULL,
    folded        text NOT NULL,            -- title and text as they are searched
    grams         text[] COLLATE "C" NOT NULL,  -- its pairs of characters
    PRIMARY KEY (entry_no, entry_version)
);

CREATE TABLE public_entry (
    entry_no      text COLLATE "C" PRIMARY KEY,
    entry_version integer NOT NULL,
    state         text COLLATE "C" NOT NULL,    -- published, withdrawn, archived
    node          text COLLATE "C" NOT NULL,
    facet         text COLLATE "C" NOT NULL,
    boosts        text[] NOT NULL,
    level         text COLLATE "C" NOT NULL,
    place         text COLLATE "C" NOT NULL,
    publisher     text NOT NULL,
    content       text NOT NULL,
    time_limit    text NOT NULL,
    method        text NOT NULL,
    title         text NOT NULL,
    body          text NOT NULL,
    issue_no      text NOT NULL,
    formed_on     date NOT NULL,
    published_at  timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    on_time       boolean NOT NULL,
    matter        text COLLATE "C" NOT NULL,    -- of requests it answers for all
    folded        text NOT NULL,
    grams         text[] COLLATE "C" NOT NULL
);
CREATE INDEX public_entry_grams ON public_entry USING gin (grams);
CREATE INDEX public_entry_latest ON public_entry (updated_at DESC, entry_no DESC);

CREATE TABLE converted_matter (
    matter   text COLLATE "C" PRIMARY KEY,
    entry_no text COLLATE "C" NOT NULL
);

CREATE TABLE directory_node (
    node       text COLLATE "C" PRIMARY KEY,
    parent     text COLLATE "C" NOT NULL,
    title      text NOT NULL,
    level      text COLLATE "C" NOT NULL,
    publisher  text NOT NULL,
    content    text NOT NULL,
    time_limit text NOT NULL,
    method     text NOT NULL
);

-- What was granted, for everybody: one row a case, of its newest decision.
CREATE TABLE granted_result (
    project_no text COLLATE "C" PRIMARY KEY,
    item_code  text NOT NULL,
    department text NOT NULL,
    result     text NOT NULL,
    decided_on date NOT NULL
);
CREATE INDEX granted_result_latest ON granted_result (decided_on DESC, project_no DESC);
CREATE INDEX granted_result_item ON granted_result (item_code, decided_on DESC, project_no DESC);

-- Everything counted that is no case and nothing of the catalog's lists: one row a countable fact,
-- only ever added. What is taken back is a further row of the same kind with a negative amount. Own
-- rows are written with their event, before it has a position: they name its stream and version.
CREATE TABLE happenings (
    -- Fixed widths first, then what every question looks at: a scan of a kind stays short.
    position   bigint NOT NULL,  -- of the event in the log of its source; 0: own
    at         timestamptz NOT NULL,  -- when it happened, or counts from
    amount     bigint NOT NULL,
    month      integer NOT NULL,  -- year * 12 + month - 1, on the centre's clock
    version    integer NOT NULL,  -- of an own event in its stream, else 0
    source     text COLLATE "C" NOT NULL,
    kind       text COLLATE "C" NOT NULL,
    mark       text COLLATE "C" NOT NULL,  -- what tells the rows of a kind apart: a level, a clock ...
    thing      text COLLATE "C" NOT NULL,  -- what it is about: a task, an order, a ticket ...
    region     text COLLATE "C" NOT NULL,
    department text COLLATE "C" NOT NULL,
    stream     uuid,  -- of an own event, else NULL
    due_at     timestamptz,
    item       text COLLATE "C",
    channel    text COLLATE "C",
    who        text COLLATE "C",  -- whom distinct counts count; never a person
    case_no    text COLLATE "C",
    -- Last: what is written are the columns before it, in this order.
    id         bigint GENERATED ALWAYS AS IDENTITY  -- the order in which it was said
) PARTITION BY LIST (kind);
-- Kinds with a row for nearly every case stand alone: a figure reads all rows of its kind, and those
-- of no other. The rest is found by its kind.
CREATE TABLE happenings_task PARTITION OF happenings FOR VALUES IN ('task');
CREATE TABLE happenings_fee PARTITION OF happenings FOR VALUES IN ('fee');
CREATE TABLE happenings_rating PARTITION OF happenings FOR VALUES IN ('rating');
CREATE TABLE happenings_village PARTITION OF happenings FOR VALUES IN ('village_certificate');
CREATE TABLE happenings_request PARTITION OF happenings FOR VALUES IN ('village_request');
CREATE TABLE happenings_other PARTITION OF happenings DEFAULT;
CREATE INDEX happenings_of_task ON happenings_task (thing);
CREATE INDEX happenings_of_fee ON happenings_fee (thing);
CREATE INDEX happenings_of_rating ON happenings_rating (thing);
CREATE INDEX happenings_by_kind ON happenings_other (kind, at);
-- Looked up when a later event is about the same thing.
CREATE INDEX happenings_by_thing ON happenings_other (thing, kind)
    WHERE kind IN ('breach', 'deemed', 'mandate', 'bad_review', 'rectified', 'foi_new');
CREATE INDEX happenings_by_stream ON happenings_other (stream) WHERE stream IS NOT NULL;

-- Supervision (监督): what units owe in the five cycles, one row an obligation.
CREATE TABLE supervision_obligation (
    obligation_no text COLLATE "C" PRIMARY KEY,
    cycle         text COLLATE "C" NOT NULL,
    unit          text COLLATE "C" NOT NULL,
    period_begin  date NOT NULL,
    period_end    date NOT NULL,
    due_at        timestamptz NOT NULL,
    state         text COLLATE "C" NOT NULL,    -- owed, met, missed, met_late
    met_on        date,
    evidence      text NOT NULL
);
CREATE INDEX supervision_obligation_due ON supervision_obligation (due_at, obligation_no);
CREATE INDEX supervision_obligation_unit ON supervision_obligation (unit, due_at, obligation_no);

CREATE TABLE supervised (
    unit     text COLLATE "C" NOT NULL,
    cycle    text COLLATE "C" NOT NULL,
    ended_on date,
    PRIMARY KEY (unit, cycle)
);

CREATE TABLE supervision_notice (
    notice_no     text COLLATE "C" PRIMARY KEY,
    unit          text COLLATE "C" NOT NULL,
    issues        text[] NOT NULL,
    issued_on     date NOT NULL,
    due_on        date,                         -- NULL: no answer is waited for
    state         text COLLATE "C" NOT NULL,    -- issued, answered, verified, retracted
    overdue       boolean NOT NULL,             -- a day for an answer has passed
    answer        text NOT NULL,
    answered_on   date,
    remark        text NOT NULL,
    verified_on   date,
    inspection_no text COLLATE "C"
);
CREATE INDEX supervision_notice_latest ON supervision_notice (issued_on DESC, notice_no DESC);

CREATE TABLE supervision_circular (
    circular_no  text COLLATE "C" PRIMARY KEY,
    title        text NOT NULL,
    units        text[] COLLATE "C" NOT NULL,
    published_on date NOT NULL,
    body         text NOT NULL,
    retracted    boolean NOT NULL DEFAULT false
);
CREATE INDEX supervision_circular_latest ON supervision_circular (published_on DESC, circular_no DESC);

CREATE TABLE supervision_lagging (
    lagging_no  text COLLATE "C" PRIMARY KEY,
    unit        text COLLATE "C" NOT NULL,
    period      text COLLATE "C" NOT NULL,
    reason      text NOT NULL,
    named_on    date NOT NULL,
    circular_no text COLLATE "C" NOT NULL,      -- '' when it was named without one
    retracted   boolean NOT NULL DEFAULT false
);

CREATE TABLE supervision_score (
    score_no         text COLLATE "C" PRIMARY KEY,
    period           text COLLATE "C" NOT NULL,
    unit             text COLLATE "C" NOT NULL, -- '' for the county as a whole
    score_hundredths integer NOT NULL,
    rank             integer NOT NULL,
    of_units         integer NOT NULL,
    source_document  text NOT NULL,
    said_on          date NOT NULL,
    retracted        boolean NOT NULL DEFAULT false
);

-- Trainings, inspections, outreach, counts, reported facts: `kind` is the name of the event.
CREATE TABLE supervision_record (
    kind      text COLLATE "C" NOT NULL,
    record_no text COLLATE "C" NOT NULL,
    said_on   date NOT NULL,
    until_on  date NOT NULL,
    unit      text COLLATE "C" NOT NULL,
    title     text NOT NULL,
    amount    bigint NOT NULL,
    detail    jsonb NOT NULL,
    retracted boolean NOT NULL,
    PRIMARY KEY (kind, record_no)
);
CREATE INDEX supervision_record_latest ON supervision_record (kind, said_on DESC, record_no DESC);

CREATE TABLE supervision_issue (
    issue_no    text COLLATE "C" PRIMARY KEY,
    outreach_no text COLLATE "C" NOT NULL,
    raised_on   date NOT NULL,
    body        text NOT NULL,
    resolved_on date,
    solution    text NOT NULL
);

CREATE TABLE supervision_card (
    warning_no   text COLLATE "C" PRIMARY KEY,
    colour       text COLLATE "C" NOT NULL,
    unit         text COLLATE "C" NOT NULL,
    ground       text COLLATE "C" NOT NULL,
    process_no   text COLLATE "C" NOT NULL,
    task_id      text COLLATE "C",
    project_no   text COLLATE "C",
    clock        text COLLATE "C" NOT NULL,
    due_at       timestamptz NOT NULL,
    issued_on    date NOT NULL,
    withdrawn_on date,
    excuse       text COLLATE "C"
);
CREATE INDEX supervision_card_latest ON supervision_card (issued_on DESC, warning_no DESC);
CREATE INDEX supervision_card_unit ON supervision_card (unit, issued_on DESC, warning_no DESC);

-- What approval says that a card needs: whose limit somebody answers for, who leads a project.
CREATE TABLE card_liability (
    liability_no text COLLATE "C" PRIMARY KEY,
    due_at       timestamptz NOT NULL
);

CREATE TABLE project_lead (
    process_no text COLLATE "C" PRIMARY KEY,
    lead       text COLLATE "C" NOT NULL
);

-- Records somebody says are wrong about themselves (条例 art. 41).
CREATE TABLE record_correction (
    correction_no text COLLATE "C" PRIMARY KEY,
    received_on   date NOT NULL,
    outcome       text COLLATE "C" NOT NULL,    -- '' while it is open
    authority     text NOT NULL,
    decided_on    date
);
CREATE INDEX record_correction_open ON record_correction (received_on, correction_no)
    WHERE outcome = '';
