-- One way in: a judged call as the stream carries it (ScoredEvent), one JSON object. The engine takes it
-- apart, so that whoever stores it only passes the bytes on; one insert fills every table.

ALTER SHARDED TABLE {{scored_calls}} ADD COLUMN IF NOT EXISTS rest String DEFAULT '' COMMENT 'JSON: fields of the score that have no column; empty: none' CODEC(ZSTD);

ALTER SHARDED TABLE {{score_history}} ADD COLUMN IF NOT EXISTS rest String DEFAULT '' COMMENT 'JSON: fields of the score that have no column; empty: none' CODEC(ZSTD);

ALTER TABLE {{incoming_scores}} ADD COLUMN IF NOT EXISTS rest String COMMENT 'JSON: fields of the score that have no column; empty: none';

CREATE OR REPLACE VIEW {{rubric_ranks}} AS
SELECT rubric_hash, max(rank) AS rank
FROM (SELECT min(rubric_hash) AS rubric_hash, rank FROM {{publications}} GROUP BY rank)
GROUP BY rubric_hash
COMMENT 'Rank of the newest publication of each rubric; of two that took one rank at the same time, the first by name keeps it';

CREATE TABLE IF NOT EXISTS {{incoming_events}}
(
    call_id String COMMENT 'Key of the call',
    standard String COMMENT 'Standard it was judged against',
    rubric Tuple(id String, version String, hash String) COMMENT 'Rules that decided',
    score Decimal(5, 2) COMMENT '0 to 100',
    grade String COMMENT 'Band of the rubric',
    fatal Bool COMMENT 'A veto clause was violated',
    base Decimal(5, 2) COMMENT 'Points before any clause is looked at',
    clauses Array(Tuple(
        id String, outcome Enum8('not_applicable' = 0, 'met' = 1, 'violated' = 2), times UInt16, points Decimal(6, 2), reason String, evidence String
    )) COMMENT 'Decisions; evidence is JSON',
    doubt Float32 COMMENT 'How unsure the machine is of its least sure violation',
    source String COMMENT 'topic/partition/offset or a file',
    position UInt64 COMMENT 'Of the input; the highest stands',
    scored_at DateTime64(3, 'UTC') COMMENT 'When the input came',
    call String COMMENT 'JSON: the call without its turns',
    turns Array(Tuple(role Enum8('agent' = 1, 'customer' = 2, 'system' = 3), text String, start_ms Nullable(UInt32), end_ms Nullable(UInt32), rest String)) COMMENT 'What was said',
    rest String COMMENT 'JSON: further fields of the score',
    only_history Bool COMMENT 'Judged again, beside what is current',
    CONSTRAINT names_its_call CHECK call_id != '' AND rubric.hash != '' AND JSONExtractString(call, 'call_id') = call_id,
    CONSTRAINT has_turns CHECK notEmpty(turns) OR only_history
)
ENGINE = {{local Null}}
COMMENT 'Where judged calls come in: read once, written to transcripts, score_history and scored_calls';

CREATE MATERIALIZED VIEW IF NOT EXISTS {{events_a_transcripts}} TO {{transcripts}}
AS SELECT
    call_id,
    parseDateTime64BestEffort(JSONExtractString(call, 'started_at'), 3, 'UTC') AS started_at,
    JSONExtractString(call, 'customer', 'id') AS customer_id,
    call AS rest,
    turns.role AS `said.role`, turns.text AS `said.text`, turns.start_ms AS `said.start_ms`, turns.end_ms AS `said.end_ms`, turns.rest AS `said.rest`,
    position
FROM {{incoming_events}}
WHERE NOT only_history AND lower(hex(SHA256(call_id))) NOT IN (SELECT toString(call_hash) FROM {{forgotten}})
COMMENT 'The words of every call';

CREATE MATERIALIZED VIEW IF NOT EXISTS {{events_b_scores}} TO {{incoming_scores}}
AS WITH
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
    doubt, source, scored_at, if(only_history, 0, ranks[rubric.hash]) AS rank, position, rest
FROM {{incoming_events}}
WHERE lower(hex(SHA256(call_id))) NOT IN (SELECT toString(call_hash) FROM {{forgotten}})
COMMENT 'The score of every call, ranked by the newest publication of its rubric'
