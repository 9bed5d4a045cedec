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
