-- What was acknowledged is on the disk, not only in the memory of the machine: a call whose offset was committed, or whose
-- POST was answered, is there after a power failure.

ALTER STORED TABLE {{scored_calls}} MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;

ALTER STORED TABLE {{score_history}} MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;

ALTER STORED TABLE {{transcripts}} MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;

ALTER STORED TABLE {{reviews}} MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE {{rubrics}} MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE {{publications}} MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;

ALTER TABLE {{forgotten}} MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1;

ALTER SHARDED TABLE {{reviews}} COMMENT COLUMN verdict 'Of what the machine had decided, whatever was said of it before';

-- A decision that a reviewer changed says so, with the reviewer's note before the machine's own sentence.
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
            concat('复核改判', if(notes[clause] = '', '', concat('（', notes[clause], '）')), '；机器原判', transform(toString(machine_outcome), ['met', 'violated', 'not_applicable'], ['符合', '违反', '不适用'], ''), '：', clause_reason)) AS reason,
        1 AS place
    FROM
    (
        SELECT
            `clause.id` AS ids, `clause.reason` AS reasons, `clause.evidence` AS evidences, `clause.outcome` AS machine_outcomes,
            (
                SELECT argMax((`clause.outcome`, `clause.points`, rubric_hash), (reviewed_at, review_id)) FROM {{reviews}} WHERE call_id = {call:String}
            ) AS review,
            (
                SELECT CAST((groupArray(clause_id), groupArray(note)), 'Map(String, String)')
                FROM (SELECT clause_id, argMax(note, (reviewed_at, review_id)) AS note FROM {{reviews}} WHERE call_id = {call:String} GROUP BY clause_id)
            ) AS notes,
            if(review.3 = rubric_hash, review.1, `clause.outcome`) AS outcomes,
            if(review.3 = rubric_hash, review.2, `clause.points`) AS all_points
        FROM {{scored_calls}} FINAL
        WHERE call_id = {call:String}
    )
    ARRAY JOIN ids AS clause, reasons AS clause_reason, evidences AS evidence, machine_outcomes AS machine_outcome, outcomes AS clause_outcome, all_points AS clause_points
)
ORDER BY turn, place, clause_id
SETTINGS max_threads = 1
COMMENT 'A call from start to end, every decision beneath the turn it rests on: call_story(call = …)';
