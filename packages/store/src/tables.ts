export const DATABASE = 'yuzhi'

/**
 * One row a call in each table, so that a call is stored whole or not at all; keys come from the
 * call alone, the newest row wins, and everybody reads through views with FINAL.
 */
export const DDL: readonly string[] = [
  `CREATE DATABASE IF NOT EXISTS ${DATABASE}`,
  `CREATE TABLE IF NOT EXISTS ${DATABASE}.scored_calls (
    call_id String COMMENT 'Key of the call',
    standard LowCardinality(String),
    rubric_id LowCardinality(String),
    rubric_version LowCardinality(String),
    rubric_hash LowCardinality(String) COMMENT 'Covers everything that can change an outcome',
    score Decimal(5, 2) COMMENT '0 to 100; base plus the points of all clauses',
    grade LowCardinality(String),
    fatal Bool COMMENT 'A veto clause was violated',
    base Decimal(5, 2),
    started_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD),
    duration_ms Nullable(UInt32),
    direction LowCardinality(String),
    agent_id LowCardinality(String),
    agent_name LowCardinality(String),
    agent_team LowCardinality(String),
    customer_id String,
    attributes Map(LowCardinality(String), String),
    \`clause.id\` Array(LowCardinality(String)),
    \`clause.outcome\` Array(Enum8('not_applicable' = 0, 'met' = 1, 'violated' = 2)),
    \`clause.points\` Array(Decimal(6, 2)),
    \`clause.reason\` Array(String) CODEC(ZSTD(3)),
    \`clause.evidence\` Array(String) COMMENT 'JSON: [{turn, start, end, text, kind, how}]' CODEC(ZSTD(3)),
    scored_at DateTime64(3, 'UTC') DEFAULT now64(3) CODEC(DoubleDelta, ZSTD)
  ) ENGINE = ReplacingMergeTree(scored_at) ORDER BY call_id
  COMMENT 'The current score of every call, its findings embedded'`,
  `CREATE TABLE IF NOT EXISTS ${DATABASE}.transcripts (
    call_id String,
    started_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD),
    \`said.role\` Array(Enum8('agent' = 1, 'customer' = 2, 'system' = 3)),
    \`said.text\` Array(String) CODEC(ZSTD(3)),
    \`said.start_ms\` Array(Nullable(UInt32)),
    \`said.end_ms\` Array(Nullable(UInt32)),
    stored_at DateTime64(3, 'UTC') DEFAULT now64(3)
  ) ENGINE = ReplacingMergeTree(stored_at) ORDER BY call_id
  COMMENT 'What was said, one row a call'`,
  `CREATE OR REPLACE VIEW ${DATABASE}.calls AS
    SELECT call_id, standard, rubric_id, rubric_version, score, grade, fatal, started_at, duration_ms, direction,
           agent_id, agent_name, agent_team, customer_id, attributes, scored_at, rubric_hash, base
    FROM ${DATABASE}.scored_calls FINAL
    COMMENT 'A call'`,
  `CREATE OR REPLACE VIEW ${DATABASE}.findings AS
    SELECT call_id, standard, clause_id, outcome, points, reason, evidence, started_at, agent_id, agent_team
    FROM ${DATABASE}.scored_calls FINAL
    ARRAY JOIN clause.id AS clause_id, clause.outcome AS outcome, clause.points AS points, clause.reason AS reason, clause.evidence AS evidence
    COMMENT 'A clause decided in a call'`,
  `CREATE OR REPLACE VIEW ${DATABASE}.utterances AS
    SELECT call_id, toUInt32(position - 1) AS turn, role, text, start_ms, end_ms
    FROM ${DATABASE}.transcripts FINAL
    ARRAY JOIN said.role AS role, said.text AS text, said.start_ms AS start_ms, said.end_ms AS end_ms, arrayEnumerate(said.text) AS position
    COMMENT 'A turn of a call'`,
]
