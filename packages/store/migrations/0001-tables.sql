-- Tables. A call is one row wherever it can be, so that it is stored whole or not at all; keys come from
-- the call alone, and of two rows with one key the higher version stands, whatever their order.

-- define score
    day Date MATERIALIZED toDate(started_at, 'Asia/Shanghai') COMMENT 'Day of the start in Beijing; first in the key, so filter by it',
    call_id String COMMENT 'Key of the call',
    standard LowCardinality(String) COMMENT 'Standard it was judged against',
    rubric_id LowCardinality(String) COMMENT 'Rules that decided',
    rubric_version LowCardinality(String) COMMENT 'Their version, as their author names it',
    rubric_hash LowCardinality(String) COMMENT 'Covers everything that can change an outcome',
    score Decimal(5, 2) COMMENT '0 to 100: base plus the points of all clauses',
    grade LowCardinality(String) COMMENT 'Band of the rubric',
    fatal Bool COMMENT 'A veto clause was violated',
    base Decimal(5, 2) COMMENT 'Points before any clause is looked at',
    started_at DateTime64(3, 'UTC') COMMENT 'Start of the call' CODEC(DoubleDelta, ZSTD),
    duration_ms Nullable(UInt32) COMMENT 'To hang-up' CODEC(T64, ZSTD),
    direction LowCardinality(String) COMMENT 'inbound, outbound, counter, onsite; empty: not said',
    agent_id LowCardinality(String) COMMENT 'Empty: not said',
    agent_name LowCardinality(String) COMMENT 'Empty: not said',
    agent_team LowCardinality(String) COMMENT 'Empty: not said',
    customer_id String COMMENT 'Empty: not said' CODEC(ZSTD),
    attributes Map(LowCardinality(String), String) COMMENT 'What the business knows of the call' CODEC(ZSTD),
    `clause.id` Array(LowCardinality(String)) COMMENT 'Clauses of the rubric',
    `clause.outcome` Array(Enum8('not_applicable' = 0, 'met' = 1, 'violated' = 2)) COMMENT 'Beside clause.id' CODEC(ZSTD),
    `clause.times` Array(UInt16) COMMENT 'Beside clause.id: how often it was met or violated' CODEC(T64, ZSTD),
    `clause.points` Array(Decimal(6, 2)) COMMENT 'Beside clause.id: what the clause added or took' CODEC(T64, ZSTD),
    `clause.reason` Array(String) COMMENT 'Beside clause.id: one sentence for the agent' CODEC(ZSTD(3)),
    `clause.evidence` Array(String) COMMENT 'Beside clause.id, JSON: [{turn, start, end, text, kind, how}]' CODEC(ZSTD(3)),
    doubt Float32 COMMENT '0 to 1: how unsure the machine is of its least sure violation' CODEC(ZSTD),
    source String COMMENT 'Where the call came from: topic/partition/offset or a file' CODEC(ZSTD),
    scored_at DateTime64(3, 'UTC') COMMENT 'When it was judged' CODEC(DoubleDelta, ZSTD),
-- end

CREATE TABLE IF NOT EXISTS {{scored_calls}}
(
{{use score}}
    version UInt64 COMMENT 'Rank of the rubric (publications), then position of the input; the highest stands' CODEC(ZSTD),
    INDEX by_time started_at TYPE minmax GRANULARITY 1,
    INDEX by_call call_id TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = {{sharded ReplacingMergeTree(version)}}
PARTITION BY toYYYYMM(day)
ORDER BY (day, call_id)
COMMENT 'The current score of every call, its findings embedded; read it through the view calls';

CREATE TABLE IF NOT EXISTS {{score_history}}
(
{{use score}}
    position UInt64 COMMENT 'Of the input; the highest stands' CODEC(ZSTD),
    INDEX by_time started_at TYPE minmax GRANULARITY 1,
    INDEX by_call call_id TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = {{sharded ReplacingMergeTree(position)}}
PARTITION BY toYYYYMM(day)
ORDER BY (day, call_id, rubric_hash)
COMMENT 'What every rubric made of a call, published or not';

CREATE TABLE IF NOT EXISTS {{incoming_scores}}
(
{{use score}}
    rank UInt16 COMMENT 'Of the rubric''s newest publication; 0: not in force, for the history alone',
    position UInt64 COMMENT 'Of the input in its source'
)
ENGINE = {{local Null}}
COMMENT 'Where scores come in: read once, written to score_history and scored_calls';

CREATE MATERIALIZED VIEW IF NOT EXISTS {{incoming_to_history}} TO {{score_history}}
AS SELECT * EXCEPT (rank) FROM {{incoming_scores}}
COMMENT 'Every score goes to the history';

CREATE MATERIALIZED VIEW IF NOT EXISTS {{incoming_to_current}} TO {{scored_calls}}
AS SELECT * EXCEPT (rank, position), bitOr(bitShiftLeft(toUInt64(rank), 48), position) AS version FROM {{incoming_scores}} WHERE rank > 0
COMMENT 'Scores under a rubric in force may become current';

CREATE TABLE IF NOT EXISTS {{transcripts}}
(
    day Date MATERIALIZED toDate(started_at, 'Asia/Shanghai') COMMENT 'Day of the start in Beijing',
    call_id String COMMENT 'Key of the call',
    started_at DateTime64(3, 'UTC') COMMENT 'Start of the call' CODEC(DoubleDelta, ZSTD),
    customer_id String COMMENT 'Empty: not said' CODEC(ZSTD),
    rest String COMMENT 'JSON: the call without its turns, as it was sent' CODEC(ZSTD(3)),
    `said.role` Array(Enum8('agent' = 1, 'customer' = 2, 'system' = 3)) COMMENT 'Who speaks' CODEC(ZSTD),
    `said.text` Array(String) COMMENT 'Beside said.role: the words, private numbers masked' CODEC(ZSTD(3)),
    `said.start_ms` Array(Nullable(UInt32)) COMMENT 'Beside said.role: from the start of the call' CODEC(T64, ZSTD),
    `said.end_ms` Array(Nullable(UInt32)) COMMENT 'Beside said.role: from the start of the call' CODEC(T64, ZSTD),
    `said.rest` Array(String) COMMENT 'Beside said.role, JSON: further fields of the turn; empty: none' CODEC(ZSTD(3)),
    position UInt64 COMMENT 'Of the input; the highest stands' CODEC(ZSTD),
    INDEX by_time started_at TYPE minmax GRANULARITY 1,
    INDEX by_call call_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_words said.text TYPE text(tokenizer = ngrams(2))
)
ENGINE = {{sharded ReplacingMergeTree(position)}}
PARTITION BY toYYYYMM(day)
ORDER BY (day, call_id)
SETTINGS index_granularity = 1024
COMMENT 'What was said, one row a call; read it through the view utterances';

CREATE TABLE IF NOT EXISTS {{reviews}}
(
    review_id UUID COMMENT 'Key of the event',
    day Date COMMENT 'Day of the call in Beijing',
    call_id String COMMENT 'Call that was reviewed',
    clause_id LowCardinality(String) COMMENT 'Clause that was reviewed',
    verdict Enum8('confirm' = 1, 'overturn' = 2) COMMENT 'Of the decision that stood',
    outcome Enum8('not_applicable' = 0, 'met' = 1, 'violated' = 2) COMMENT 'What it is in the eyes of the reviewer',
    machine_outcome Enum8('not_applicable' = 0, 'met' = 1, 'violated' = 2) COMMENT 'What the machine had decided',
    note String COMMENT 'Why' CODEC(ZSTD),
    reviewer LowCardinality(String) COMMENT 'Who',
    reviewed_at DateTime64(3, 'UTC') COMMENT 'When; of the reviews of a clause the newest stands',
    rubric_hash LowCardinality(String) COMMENT 'Rules whose decision was reviewed',
    score Decimal(5, 2) COMMENT 'Of the call after this and all earlier reviews',
    grade LowCardinality(String) COMMENT 'Likewise',
    fatal Bool COMMENT 'Likewise',
    base Decimal(5, 2) COMMENT 'Likewise',
    `clause.outcome` Array(Enum8('not_applicable' = 0, 'met' = 1, 'violated' = 2)) COMMENT 'Likewise, beside clause.id of the call',
    `clause.points` Array(Decimal(6, 2)) COMMENT 'Likewise, beside clause.id of the call'
)
ENGINE = {{sharded ReplacingMergeTree}}
ORDER BY (day, call_id, reviewed_at, review_id)
COMMENT 'What reviewers said, one event a review; nothing is ever changed';

CREATE TABLE IF NOT EXISTS {{rubrics}}
(
    rubric_hash String COMMENT 'Key: covers everything that can change an outcome',
    rubric_id LowCardinality(String) COMMENT 'Standard',
    rubric_version LowCardinality(String) COMMENT 'As its author names it',
    title String COMMENT 'Of the standard',
    clauses Array(Tuple(id String, title String, veto Bool)) COMMENT 'What it decides; a violated veto clause makes a call fatal',
    body String COMMENT 'JSON: the rules as they were compiled' CODEC(ZSTD(6)),
    registered_at DateTime64(3, 'UTC') COMMENT 'When it first came'
)
ENGINE = {{everywhere ReplacingMergeTree}}
ORDER BY rubric_hash
COMMENT 'Rubrics, immutable, with their whole content';

CREATE TABLE IF NOT EXISTS {{publications}}
(
    rank UInt16 COMMENT 'Later publications have higher ranks; of the results of a call that of the highest rank is current',
    rubric_hash String COMMENT 'Rubric that was put in force',
    published_at DateTime64(3, 'UTC') COMMENT 'When'
)
ENGINE = {{everywhere MergeTree}}
ORDER BY rank
COMMENT 'Which rubrics are in force, one event a publication';

CREATE TABLE IF NOT EXISTS {{forgotten}}
(
    call_hash FixedString(64) COMMENT 'SHA-256 of the id of a call that must not come back',
    forgotten_at DateTime64(3, 'UTC') COMMENT 'When'
)
ENGINE = {{everywhere ReplacingMergeTree}}
ORDER BY call_hash
COMMENT 'Calls whose data was removed on request; a replay does not bring them back'
