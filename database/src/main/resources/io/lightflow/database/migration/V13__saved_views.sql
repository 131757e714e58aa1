-- Views of the dashboard that accounts have saved. Written by the reports servers.

CREATE TABLE saved_view (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account text COLLATE "C" NOT NULL,
    advertiser text COLLATE "C",
    page text NOT NULL CHECK (page IN ('overview', 'explore')),
    name text NOT NULL,
    state text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (account, page, name)
);

COMMENT ON COLUMN saved_view.advertiser IS 'What the account was limited to when it saved the view; null for all.';
COMMENT ON COLUMN saved_view.state IS 'The choices, as in the address of the page.';
