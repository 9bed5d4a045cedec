-- Approval's read side: one row a task, and its copy of the catalog.
-- with: reference

CREATE TABLE task (
    project_no      text        PRIMARY KEY,
    state           text        NOT NULL,
    item_code       text        NOT NULL,
    department      text        NOT NULL,
    created_at      timestamptz NOT NULL,
    promised_due_at timestamptz,
    decided_at      timestamptz,
    decided_by      text,
    completion_kind integer,
    steps           integer     NOT NULL DEFAULT 0
);

CREATE INDEX task_department ON task (department, created_at DESC, project_no DESC);
CREATE INDEX task_created_at ON task (created_at DESC, project_no DESC);
