-- Notify's read side: one row a notice.

CREATE TABLE notice (
    dedup_key        text        PRIMARY KEY,
    project_no       text        NOT NULL,
    notice           text        NOT NULL,
    template         text        NOT NULL,
    template_version integer     NOT NULL,
    channel          text        NOT NULL,
    subject_id       text        NOT NULL,
    legal_effect     boolean     NOT NULL,
    text             text        NOT NULL,
    department       text        NOT NULL,
    occurred_at      timestamptz NOT NULL
);

CREATE INDEX notice_project_no ON notice (project_no);
CREATE INDEX notice_occurred_at ON notice (occurred_at DESC, dedup_key DESC);

-- Deliveries: how a result gets to its holder. Whom and where says the vault.
CREATE TABLE delivery (
    delivery_no  text        PRIMARY KEY,
    project_no   text        NOT NULL,
    kind         text        NOT NULL,
    state        text        NOT NULL,
    certificates text[]      NOT NULL,
    waybill_no   text,
    status       text,                      -- what the carrier last said
    attempts     integer     NOT NULL,      -- those that failed
    ordered_at   timestamptz NOT NULL,
    moved_at     timestamptz NOT NULL,
    served_at    timestamptz,               -- signed for; empty for a parcel that came back
    signed_by    text,
    by_other     boolean     NOT NULL
);

CREATE INDEX delivery_newest ON delivery (ordered_at DESC, delivery_no DESC);
CREATE INDEX delivery_project_no ON delivery (project_no);
CREATE INDEX delivery_waybill_no ON delivery (waybill_no);
