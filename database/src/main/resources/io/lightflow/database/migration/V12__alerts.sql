-- Rules on figures, what became of them, and the messages about it. Written by the reports servers.

CREATE TABLE alert_rule (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    advertiser text COLLATE "C",
    name text NOT NULL,
    status text NOT NULL CHECK (status IN ('active', 'paused')),
    condition jsonb NOT NULL,
    webhook text,
    emails text[] NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text NOT NULL,
    failure text
);

COMMENT ON COLUMN alert_rule.advertiser IS 'The advertiser whose figures the rule watches. Null for all.';
COMMENT ON COLUMN alert_rule.failure IS 'Why the last evaluation failed; null if it did not.';

CREATE TABLE alert_state (
    rule bigint NOT NULL REFERENCES alert_rule ON DELETE CASCADE,
    subject text COLLATE "C" NOT NULL,
    firing boolean NOT NULL,
    since timestamptz NOT NULL,
    turning_since timestamptz,
    value numeric,
    PRIMARY KEY (rule, subject)
);

COMMENT ON COLUMN alert_state.subject IS 'A campaign or a group; empty for rules with one figure.';
COMMENT ON COLUMN alert_state.turning_since IS 'Since when the figure asks for the other state; null if it does not.';

-- One row. A server that moves it on evaluates the rules, and writes only as long as the number is its own.
CREATE TABLE alert_round (
    number bigint NOT NULL,
    evaluated_at timestamptz,
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row)
);

INSERT INTO alert_round (number) VALUES (0);

-- Outlives its rule.
CREATE TABLE alert_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    rule bigint NOT NULL,
    advertiser text COLLATE "C",
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('fired', 'resolved', 'tested', 'created', 'changed', 'deleted')),
    subject text NOT NULL,
    value numeric,
    summary text NOT NULL,
    account text
);

CREATE INDEX alert_event_rule ON alert_event (rule, id);
CREATE INDEX alert_event_at ON alert_event (at);

COMMENT ON COLUMN alert_event.account IS 'Who changed the rule; null for what an evaluation found.';

CREATE TABLE alert_delivery (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    event bigint NOT NULL REFERENCES alert_event ON DELETE CASCADE,
    rule bigint NOT NULL,
    channel text NOT NULL CHECK (channel IN ('webhook', 'mail')),
    target text NOT NULL,
    status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'delivered', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL DEFAULT now(),
    failure text
);

CREATE INDEX alert_delivery_event ON alert_delivery (event);
CREATE INDEX alert_delivery_pending ON alert_delivery (rule, target, event) WHERE status = 'pending';

COMMENT ON TABLE alert_delivery IS 'A message about an event, for one target. Its id is the idempotency key.';
