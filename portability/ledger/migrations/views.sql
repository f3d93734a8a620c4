-- The ledger, schema 2: what an office wants to count. Only views; no personal data.

CREATE VIEW by_corridor AS
SELECT corridor, branch,
    count(*) AS determinations,
    count(*) FILTER (WHERE superseded_by IS NULL) AS in_force,
    count(superseded_by) AS superseded,
    min(decided_at) AS first_decided_at,
    max(decided_at) AS last_decided_at
FROM determinations WHERE estimate IS NOT 1 GROUP BY corridor, branch;

CREATE VIEW by_route AS
SELECT outcomes.scheme AS scheme, outcomes.route AS route,
    count(*) AS answers,
    count(*) FILTER (WHERE outcomes.superseded_by IS NULL) AS in_force,
    count(outcomes.superseded_by) AS superseded
FROM outcomes JOIN determinations ON determinations.entry = outcomes.entry
WHERE determinations.estimate IS NOT 1 GROUP BY outcomes.scheme, outcomes.route;

CREATE VIEW by_outcome AS
SELECT outcomes.scheme AS scheme, outcomes.status AS status,
    count(*) AS answers,
    count(*) FILTER (WHERE outcomes.superseded_by IS NULL) AS in_force,
    count(outcomes.superseded_by) AS superseded
FROM outcomes JOIN determinations ON determinations.entry = outcomes.entry
WHERE determinations.estimate IS NOT 1 GROUP BY outcomes.scheme, outcomes.status;

CREATE VIEW superseded AS
SELECT earlier.seq AS entry, earlier.kind AS kind, later.seq AS superseded_by, later.kind AS by_kind,
    later.at AS superseded_at, json_extract(later.body, '$.reason') AS reason
FROM entry AS later JOIN entry AS earlier ON earlier.seq = later.supersedes
WHERE later.supersedes IS NOT NULL;
