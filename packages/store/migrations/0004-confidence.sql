-- How sure the machine is of each decision gets a column of its own: what has none costs a sink far more,
-- because every event is then taken apart before the engine sees it. Earlier results have it in `rest`.

ALTER SHARDED TABLE {{scored_calls}} ADD COLUMN IF NOT EXISTS `clause.confidence` Array(Nullable(Float32)) DEFAULT arrayMap(id -> JSONExtract(rest, 'clauses', id, 'confidence', 'Nullable(Float32)'), `clause.id`) COMMENT 'Beside clause.id: how often decisions on such grounds are right, 0 to 1' CODEC(ZSTD);

ALTER SHARDED TABLE {{score_history}} ADD COLUMN IF NOT EXISTS `clause.confidence` Array(Nullable(Float32)) DEFAULT arrayMap(id -> JSONExtract(rest, 'clauses', id, 'confidence', 'Nullable(Float32)'), `clause.id`) COMMENT 'Beside clause.id: how often decisions on such grounds are right, 0 to 1' CODEC(ZSTD);

ALTER TABLE {{incoming_scores}} ADD COLUMN IF NOT EXISTS `clause.confidence` Array(Nullable(Float32)) COMMENT 'Beside clause.id: how often decisions on such grounds are right, 0 to 1';

ALTER TABLE {{incoming_events}} MODIFY COLUMN clauses Array(Tuple(
        id String, outcome Enum8('not_applicable' = 0, 'met' = 1, 'violated' = 2), times UInt16, points Decimal(6, 2), reason String, evidence String, confidence Nullable(Float32)
    )) COMMENT 'Decisions; evidence is JSON';

ALTER TABLE {{events_b_scores}} MODIFY QUERY
WITH
    (SELECT CAST((groupArray(rubric_hash), groupArray(rank)), 'Map(String, UInt16)') FROM {{rubric_ranks}}) AS ranks,
    JSONExtract(call, 'Tuple(started_at String, duration_ms Nullable(UInt32), direction String, agent Tuple(id String, name String, team String), customer Tuple(id String), attributes Map(String, String))') AS known
SELECT
    call_id, standard, rubric.id AS rubric_id, rubric.version AS rubric_version, rubric.hash AS rubric_hash,
    score, grade, fatal, base,
    parseDateTime64BestEffort(known.started_at, 3, 'UTC') AS started_at, known.duration_ms AS duration_ms, known.direction AS direction,
    known.agent.id AS agent_id, known.agent.name AS agent_name, known.agent.team AS agent_team, known.customer.id AS customer_id, known.attributes AS attributes,
    clauses.id AS `clause.id`, clauses.outcome AS `clause.outcome`,
    arrayMap((outcome, times) -> if(outcome = 'not_applicable', 0, greatest(times, 1)), clauses.outcome, clauses.times) AS `clause.times`,
    clauses.points AS `clause.points`, clauses.reason AS `clause.reason`, clauses.evidence AS `clause.evidence`,
    clauses.confidence AS `clause.confidence`,
    doubt, source, scored_at, if(only_history, 0, ranks[rubric.hash]) AS rank, position, rest
FROM {{incoming_events}}
WHERE lower(hex(SHA256(call_id))) NOT IN (SELECT toString(call_hash) FROM {{forgotten}});

CREATE OR REPLACE VIEW {{findings}} AS
SELECT
    c.call_id AS call_id, c.standard AS standard, clause_id,
    if(r.reviews > 0, r.state.5[ordinal], machine_outcome) AS outcome,
    if(r.reviews > 0, r.state.6[ordinal], machine_points) AS points,
    reason, evidence, c.started_at AS started_at, c.agent_id AS agent_id, c.agent_team AS agent_team,
    c.agent_name AS agent_name, c.day AS day, c.rubric_version AS rubric_version, c.rubric_hash AS rubric_hash, ordinal, machine_outcome, machine_points, confidence
FROM {{scored_calls}} AS c FINAL
GLOBAL LEFT ANY JOIN {{review_states}} AS r ON r.day = c.day AND r.call_id = c.call_id AND r.rubric_hash = c.rubric_hash
ARRAY JOIN
    c.`clause.id` AS clause_id, c.`clause.outcome` AS machine_outcome, c.`clause.points` AS machine_points,
    c.`clause.reason` AS reason, c.`clause.evidence` AS evidence,
    c.`clause.confidence` AS confidence, arrayEnumerate(c.`clause.id`) AS ordinal
COMMENT 'A clause decided in a call, reviews applied; the machine’s own decision stays beside it'
