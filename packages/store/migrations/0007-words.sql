-- A reviewer who decides otherwise names the words that show it, so that every point has a turn and its words, whoever gave it.

ALTER SHARDED TABLE {{reviews}} ADD COLUMN IF NOT EXISTS evidence String DEFAULT '' COMMENT 'JSON: the words that the reviewer names, like evidence in findings; empty: none' CODEC(ZSTD);

CREATE OR REPLACE VIEW {{review_states}} AS
SELECT
    day, call_id, rubric_hash,
    argMax(last_state, last_key) AS state,
    count() AS reviews,
    CAST((groupArray(clause_id), groupArray(last_note)), 'Map(String, String)') AS notes,
    CAST((groupArray(clause_id), groupArray(last_words)), 'Map(String, String)') AS words
FROM
(
    SELECT
        day, call_id, rubric_hash, toString(clause_id) AS clause_id, max((reviewed_at, review_id)) AS last_key,
        argMax((score, grade, fatal, base, `clause.outcome`, `clause.points`), (reviewed_at, review_id)) AS last_state,
        argMax(note, (reviewed_at, review_id)) AS last_note, argMax(evidence, (reviewed_at, review_id)) AS last_words
    FROM {{reviews}}
    GROUP BY day, call_id, rubric_hash, clause_id
)
GROUP BY day, call_id, rubric_hash
COMMENT 'A reviewed call as its reviews leave it: score, grade, fatal, base, outcomes and points of the clauses';

CREATE OR REPLACE VIEW {{findings}} AS
SELECT
    c.call_id AS call_id, c.standard AS standard, clause_id,
    if(r.reviews > 0, r.state.5[ordinal], machine_outcome) AS outcome,
    if(r.reviews > 0, r.state.6[ordinal], machine_points) AS points,
    if(outcome = machine_outcome, machine_reason,
        concat('复核改判', if(r.notes[clause_id] = '', '', concat('（', r.notes[clause_id], '）')), '；机器原判', transform(toString(machine_outcome), ['met', 'violated', 'not_applicable'], ['符合', '违反', '不适用'], ''), '：', machine_reason)) AS reason,
    if(r.words[clause_id] = '', machine_evidence, r.words[clause_id]) AS evidence, c.started_at AS started_at, c.agent_id AS agent_id, c.agent_team AS agent_team,
    c.agent_name AS agent_name, c.day AS day, c.rubric_version AS rubric_version, c.rubric_hash AS rubric_hash, ordinal, machine_outcome, machine_points, confidence, machine_reason, machine_evidence
FROM {{scored_calls}} AS c FINAL
GLOBAL LEFT ANY JOIN {{review_states}} AS r ON r.day = c.day AND r.call_id = c.call_id AND r.rubric_hash = c.rubric_hash
ARRAY JOIN
    c.`clause.id` AS clause_id, c.`clause.outcome` AS machine_outcome, c.`clause.points` AS machine_points,
    c.`clause.reason` AS machine_reason, c.`clause.evidence` AS machine_evidence,
    c.`clause.confidence` AS confidence, arrayEnumerate(c.`clause.id`) AS ordinal
COMMENT 'A clause decided in a call, reviews applied; the machine’s own decision stays beside it';

CREATE OR REPLACE VIEW {{call_story}} AS
SELECT turn, role, start_ms, text, points, clause_id, outcome, reason
FROM
(
    SELECT
        toNullable(toUInt32(ordinal - 1)) AS turn, toString(said_role) AS role, start_ms, text,
        CAST(NULL, 'Nullable(Decimal(6, 2))') AS points, '' AS clause_id, '' AS outcome, '' AS reason, 0 AS place
    FROM
    (
        SELECT `said.role` AS roles, `said.text` AS texts, `said.start_ms` AS starts
        FROM {{transcripts}} FINAL
        WHERE call_id = {call:String}
    )
    ARRAY JOIN roles AS said_role, texts AS text, starts AS start_ms, arrayEnumerate(texts) AS ordinal
    UNION ALL
    SELECT
        if(evidence = '[]', NULL, toUInt32(JSONExtractUInt(evidence, 1, 'turn'))) AS turn, '' AS role, NULL AS start_ms,
        JSONExtractString(evidence, 1, 'text') AS text, clause_points AS points, clause AS clause_id, toString(clause_outcome) AS outcome,
        if(clause_outcome = machine_outcome, clause_reason,
            concat('复核改判', if(notes[clause].1 = '', '', concat('（', notes[clause].1, '）')), '；机器原判', transform(toString(machine_outcome), ['met', 'violated', 'not_applicable'], ['符合', '违反', '不适用'], ''), '：', clause_reason)) AS reason,
        1 AS place
    FROM
    (
        SELECT
            `clause.id` AS ids, `clause.reason` AS reasons, `clause.evidence` AS evidences, `clause.outcome` AS machine_outcomes,
            (
                SELECT argMax((`clause.outcome`, `clause.points`, rubric_hash), (reviewed_at, review_id)) FROM {{reviews}} WHERE call_id = {call:String}
            ) AS review,
            (
                SELECT CAST((groupArray(clause_id), groupArray(said)), 'Map(String, Tuple(note String, words String))')
                FROM (SELECT clause_id, argMax((note, evidence), (reviewed_at, review_id)) AS said FROM {{reviews}}
                    WHERE call_id = {call:String} AND rubric_hash IN (SELECT rubric_hash FROM {{scored_calls}} FINAL WHERE call_id = {call:String}) GROUP BY clause_id)
            ) AS notes,
            if(review.3 = rubric_hash, review.1, `clause.outcome`) AS outcomes,
            if(review.3 = rubric_hash, review.2, `clause.points`) AS all_points
        FROM {{scored_calls}} FINAL
        WHERE call_id = {call:String}
    )
    ARRAY JOIN ids AS clause, reasons AS clause_reason, arrayMap((id, seen) -> if(notes[id].2 = '', seen, notes[id].2), ids, evidences) AS evidence, machine_outcomes AS machine_outcome, outcomes AS clause_outcome, all_points AS clause_points
)
ORDER BY turn, place, clause_id
SETTINGS max_threads = 1
COMMENT 'A call from start to end, every decision beneath the turn it rests on: call_story(call = …)';

ALTER TABLE {{findings}}
    COMMENT COLUMN call_id 'Id of the call',
    COMMENT COLUMN standard 'Id of the service standard',
    COMMENT COLUMN clause_id 'Clause of the standard',
    COMMENT COLUMN outcome 'met, violated or not_applicable, reviews applied',
    COMMENT COLUMN points 'What the clause added or took, reviews applied',
    COMMENT COLUMN reason 'One sentence; where a reviewer changed the decision, the note and what the machine had said',
    COMMENT COLUMN evidence 'JSON: [{turn, start, end, text, kind, how}]: turn counts from 0, start and end in UTF-16 units of its text; kind said: the words themselves, situation: what called for them, due: where something was missing; how: phrase, sound, regex, similar, entity, time, repetition, metadata. What a reviewer named, else what the machine saw',
    COMMENT COLUMN started_at 'Start of the call, UTC',
    COMMENT COLUMN agent_id 'Who served',
    COMMENT COLUMN agent_team 'Team of the agent',
    COMMENT COLUMN agent_name 'Name of the agent',
    COMMENT COLUMN day 'Day of the call in Beijing',
    COMMENT COLUMN rubric_version 'Version of the standard that judged it',
    COMMENT COLUMN rubric_hash 'Rules that judged it, by their content',
    COMMENT COLUMN ordinal 'Place of the clause in the rubric, from 1',
    COMMENT COLUMN machine_outcome 'What the machine decided',
    COMMENT COLUMN machine_points 'Points by the machine’s decisions',
    COMMENT COLUMN confidence '0 to 1: how often decisions on such grounds are right',
    COMMENT COLUMN machine_reason 'The machine’s sentence',
    COMMENT COLUMN machine_evidence 'What the machine saw, like evidence';

ALTER TABLE {{review_states}}
    COMMENT COLUMN day 'Day of the call in Beijing',
    COMMENT COLUMN call_id 'Id of the call',
    COMMENT COLUMN rubric_hash 'Rules that judged it, by their content',
    COMMENT COLUMN state 'score, grade, fatal, base, outcomes, points',
    COMMENT COLUMN reviews 'Clauses that were reviewed',
    COMMENT COLUMN notes 'The newest note of each reviewed clause',
    COMMENT COLUMN words 'The words that its newest review names, like findings.evidence; empty: none';
