-- Views over current state: duplicates of a replay are gone (FINAL), reviews are applied.

CREATE OR REPLACE VIEW {{review_states}} AS
SELECT
    day, call_id, rubric_hash,
    argMax((score, grade, fatal, base, `clause.outcome`, `clause.points`), (reviewed_at, review_id)) AS state,
    uniqExact(review_id) AS reviews
FROM {{reviews}}
GROUP BY day, call_id, rubric_hash
COMMENT 'A reviewed call as its reviews leave it: score, grade, fatal, base, outcomes and points of the clauses';

CREATE OR REPLACE VIEW {{calls}} AS
SELECT
    c.call_id AS call_id, c.standard AS standard, c.rubric_id AS rubric_id, c.rubric_version AS rubric_version,
    if(r.reviews > 0, r.state.1, c.score) AS score,
    if(r.reviews > 0, r.state.2, c.grade) AS grade,
    if(r.reviews > 0, r.state.3, c.fatal) AS fatal,
    c.started_at AS started_at, c.duration_ms AS duration_ms, c.direction AS direction,
    c.agent_id AS agent_id, c.agent_name AS agent_name, c.agent_team AS agent_team,
    c.customer_id AS customer_id, c.attributes AS attributes, c.scored_at AS scored_at,
    c.day AS day, c.rubric_hash AS rubric_hash,
    if(r.reviews > 0, r.state.4, c.base) AS base,
    c.`clause.id` AS clauses,
    if(r.reviews > 0, r.state.5, c.`clause.outcome`) AS outcomes,
    arrayFilter((id, outcome) -> outcome = 'violated', clauses, outcomes) AS violated,
    c.score AS machine_score, c.doubt AS doubt, r.reviews AS reviews, c.source AS source
FROM {{scored_calls}} AS c FINAL
GLOBAL LEFT ANY JOIN {{review_states}} AS r ON r.day = c.day AND r.call_id = c.call_id AND r.rubric_hash = c.rubric_hash
COMMENT 'A call with its current score, reviews applied';

CREATE OR REPLACE VIEW {{findings}} AS
SELECT
    c.call_id AS call_id, c.standard AS standard, clause_id,
    if(r.reviews > 0, r.state.5[ordinal], machine_outcome) AS outcome,
    if(r.reviews > 0, r.state.6[ordinal], machine_points) AS points,
    reason, evidence, c.started_at AS started_at, c.agent_id AS agent_id, c.agent_team AS agent_team,
    c.agent_name AS agent_name, c.day AS day, c.rubric_version AS rubric_version, c.rubric_hash AS rubric_hash, ordinal, machine_outcome, machine_points
FROM {{scored_calls}} AS c FINAL
GLOBAL LEFT ANY JOIN {{review_states}} AS r ON r.day = c.day AND r.call_id = c.call_id AND r.rubric_hash = c.rubric_hash
ARRAY JOIN
    c.`clause.id` AS clause_id, c.`clause.outcome` AS machine_outcome, c.`clause.points` AS machine_points,
    c.`clause.reason` AS reason, c.`clause.evidence` AS evidence, arrayEnumerate(c.`clause.id`) AS ordinal
COMMENT 'A clause decided in a call, reviews applied; the machine’s own decision stays beside it';

CREATE OR REPLACE VIEW {{utterances}} AS
SELECT
    call_id, toUInt32(ordinal - 1) AS turn, role, text, start_ms, end_ms, day, started_at
FROM {{transcripts}} FINAL
ARRAY JOIN
    `said.role` AS role, `said.text` AS text, `said.start_ms` AS start_ms, `said.end_ms` AS end_ms,
    arrayEnumerate(`said.text`) AS ordinal
COMMENT 'A turn of a call';

CREATE OR REPLACE VIEW {{score_versions}} AS
SELECT
    call_id, standard, rubric_id, rubric_version, rubric_hash, score, grade, fatal, base, started_at, agent_id, agent_name, agent_team,
    `clause.id` AS clauses, `clause.outcome` AS outcomes, `clause.points` AS points, scored_at, day
FROM {{score_history}} FINAL
COMMENT 'What every rubric made of a call, published or not';

CREATE OR REPLACE VIEW {{clause_days}} AS
SELECT
    day, standard, clause_id,
    countIf(outcome != 'not_applicable') AS applicable,
    countIf(outcome = 'violated') AS violations,
    if(applicable = 0, NULL, round(violations / applicable, 4)) AS violation_rate,
    sum(clause_points) AS points
FROM
(
    SELECT day, standard, `clause.id` AS ids, `clause.outcome` AS outcomes, `clause.points` AS all_points
    FROM {{scored_calls}} FINAL
    WHERE (day, call_id) GLOBAL NOT IN (SELECT day, call_id FROM {{reviews}})
    UNION ALL
    SELECT c.day AS day, c.standard AS standard, c.`clause.id` AS ids,
        if(r.reviews > 0, r.state.5, c.`clause.outcome`) AS outcomes, if(r.reviews > 0, r.state.6, c.`clause.points`) AS all_points
    FROM {{scored_calls}} AS c FINAL
    GLOBAL LEFT ANY JOIN {{review_states}} AS r ON r.day = c.day AND r.call_id = c.call_id AND r.rubric_hash = c.rubric_hash
    WHERE (c.day, c.call_id) GLOBAL IN (SELECT day, call_id FROM {{reviews}})
)
ARRAY JOIN ids AS clause_id, outcomes AS outcome, all_points AS clause_points
GROUP BY day, standard, clause_id
COMMENT 'Trend of the clauses, reviews applied: filter by clause_id and day';

CREATE OR REPLACE VIEW {{clause_trend}} AS
SELECT
    day, standard, countIf(outcome != 'not_applicable') AS applicable, countIf(outcome = 'violated') AS violations,
    if(applicable = 0, NULL, round(violations / applicable, 4)) AS violation_rate
FROM
(
    SELECT day, standard, `clause.outcome`[indexOf(`clause.id`, {clause:String})] AS outcome
    FROM {{scored_calls}} FINAL
    WHERE (day, call_id) GLOBAL NOT IN (SELECT day, call_id FROM {{reviews}})
    UNION ALL
    SELECT c.day AS day, c.standard AS standard, if(r.reviews > 0, r.state.5, c.`clause.outcome`)[indexOf(c.`clause.id`, {clause:String})] AS outcome
    FROM {{scored_calls}} AS c FINAL
    GLOBAL LEFT ANY JOIN {{review_states}} AS r ON r.day = c.day AND r.call_id = c.call_id AND r.rubric_hash = c.rubric_hash
    WHERE (c.day, c.call_id) GLOBAL IN (SELECT day, call_id FROM {{reviews}})
)
GROUP BY day, standard
HAVING applicable > 0
COMMENT 'Trend of one clause, twice as fast as clause_days: clause_trend(clause = …)';

CREATE OR REPLACE VIEW {{agent_days}} AS
SELECT
    day, agent_id, any(agent_name) AS agent_name, agent_team, standard,
    count() AS calls, round(avg(score), 2) AS average_score, min(score) AS lowest_score,
    countIf(fatal) AS fatal_calls, sum(length(violated)) AS violations
FROM {{calls}}
GROUP BY day, agent_id, agent_team, standard
COMMENT 'An agent in a team on a day';

CREATE OR REPLACE VIEW {{team_days}} AS
SELECT
    day, agent_team, standard, count() AS calls, uniqExact(agent_id) AS agents, round(avg(score), 2) AS average_score,
    countIf(fatal) AS fatal_calls, sum(length(violated)) AS violations
FROM {{calls}}
GROUP BY day, agent_team, standard
COMMENT 'A team on a day';

CREATE OR REPLACE VIEW {{low_scores}} AS
SELECT call_id, score, grade, fatal, day, started_at, standard, agent_id, agent_name, agent_team, violated, doubt
FROM {{calls}}
WHERE reviews = 0 AND (fatal OR score < 60)
ORDER BY fatal DESC, score, call_id
COMMENT 'The queue of low scores: fatal or below 60, not reviewed under their current rubric, the worst first';

-- Written over the tables, for one thread: planning and starting threads would take longer than reading one call.
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
        JSONExtractString(evidence, 1, 'text') AS text, clause_points AS points, clause AS clause_id, toString(clause_outcome) AS outcome, clause_reason AS reason, 1 AS place
    FROM
    (
        SELECT
            `clause.id` AS ids, `clause.reason` AS reasons, `clause.evidence` AS evidences,
            (
                SELECT argMax((`clause.outcome`, `clause.points`, rubric_hash), (reviewed_at, review_id)) FROM {{reviews}} WHERE call_id = {call:String}
            ) AS review,
            if(review.3 = rubric_hash, review.1, `clause.outcome`) AS outcomes,
            if(review.3 = rubric_hash, review.2, `clause.points`) AS all_points
        FROM {{scored_calls}} FINAL
        WHERE call_id = {call:String}
    )
    ARRAY JOIN ids AS clause, reasons AS clause_reason, evidences AS evidence, outcomes AS clause_outcome, all_points AS clause_points
)
ORDER BY turn, place, clause_id
SETTINGS max_threads = 1
COMMENT 'A call from start to end, every decision beneath the turn it rests on: call_story(call = …)';

CREATE OR REPLACE VIEW {{search}} AS
SELECT call_id, toUInt32(ordinal - 1) AS turn, role, text, day, started_at
FROM {{transcripts}} FINAL
ARRAY JOIN `said.role` AS role, `said.text` AS text, arrayEnumerate(`said.text`) AS ordinal
WHERE hasAllTokens(`said.text`, {words:String}) AND position(text, {words:String}) > 0
COMMENT 'Turns that hold the words (two characters or more), found by an index of their bigrams: search(words = …)';

CREATE OR REPLACE VIEW {{sample_random}} AS
SELECT * FROM {{calls}} WHERE day BETWEEN {from:Date} AND {to:Date} ORDER BY sipHash64({seed:UInt64}, call_id) LIMIT {n:UInt32}
COMMENT 'Calls of some days drawn at random; the same seed draws the same: sample_random(from = …, to = …, seed = …, n = …)';

CREATE OR REPLACE VIEW {{sample_by_agent}} AS
SELECT * FROM {{calls}} WHERE day BETWEEN {from:Date} AND {to:Date} ORDER BY agent_id, sipHash64({seed:UInt64}, call_id) LIMIT {n:UInt32} BY agent_id
COMMENT 'So many calls of each agent, drawn at random: sample_by_agent(from = …, to = …, seed = …, n = …)';

CREATE OR REPLACE VIEW {{sample_worst}} AS
SELECT * FROM {{calls}} WHERE day BETWEEN {from:Date} AND {to:Date} ORDER BY fatal DESC, score, sipHash64({seed:UInt64}, call_id) LIMIT {n:UInt32}
COMMENT 'The worst calls; among equals drawn at random: sample_worst(from = …, to = …, seed = …, n = …)';

CREATE OR REPLACE VIEW {{sample_doubtful}} AS
SELECT * FROM {{calls}} WHERE day BETWEEN {from:Date} AND {to:Date} ORDER BY doubt DESC, sipHash64({seed:UInt64}, call_id) LIMIT {n:UInt32}
COMMENT 'The calls that the machine is least sure of: sample_doubtful(from = …, to = …, seed = …, n = …)';

CREATE OR REPLACE VIEW {{agreement}} AS
SELECT
    clause_id, count() AS reviewed, round(countIf(human = machine) / reviewed, 4) AS agreed,
    countIf(machine = 'violated') AS machine_violations,
    countIf(machine = 'violated' AND human != 'violated') AS false_violations,
    countIf(machine != 'violated' AND human = 'violated') AS missed_violations,
    round((countIf(machine = 'met') * countIf(human = 'met') + countIf(machine = 'violated') * countIf(human = 'violated')
        + countIf(machine = 'not_applicable') * countIf(human = 'not_applicable')) / (reviewed * reviewed), 4) AS agreed_by_chance,
    if(agreed_by_chance = 1, NULL, round((countIf(human = machine) / reviewed - agreed_by_chance) / (1 - agreed_by_chance), 4)) AS kappa
FROM
(
    SELECT clause_id, call_id, argMax(outcome, (reviewed_at, review_id)) AS human, argMax(machine_outcome, (reviewed_at, review_id)) AS machine
    FROM {{reviews}} FINAL
    GROUP BY clause_id, call_id
)
GROUP BY clause_id
COMMENT 'Reviewer against machine by clause; kappa is Cohen’s (1960), NULL where chance alone agrees always';

CREATE OR REPLACE VIEW {{repeat_calls}} AS
SELECT call_id, customer_id, business, started_at, day, standard, agent_id, earlier_call_id, earlier_started_at, dateDiff('second', earlier_started_at, started_at) / 86400 AS days_after
FROM
(
    SELECT
        call_id, customer_id, attributes['business'] AS business, started_at, day, standard, agent_id,
        lagInFrame(call_id) OVER w AS earlier_call_id, lagInFrame(started_at) OVER w AS earlier_started_at
    FROM {{calls}}
    WHERE customer_id != '' AND attributes['business'] != ''
    WINDOW w AS (PARTITION BY standard, customer_id, business ORDER BY started_at, call_id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
)
WHERE earlier_started_at > toDateTime64(0, 3, 'UTC') AND started_at <= earlier_started_at + INTERVAL 7 DAY
COMMENT 'Calls of a customer about a business he had called about within the seven days before (attributes.business)';

CREATE OR REPLACE VIEW {{kpi_months}} AS
SELECT
    toStartOfMonth(day) AS month, standard, count() AS calls,
    countIf(attributes['kind'] = 'inquiry') AS inquiries,
    if(inquiries = 0, NULL, round(countIf(attributes['kind'] = 'inquiry' AND attributes['answered_at'] != '') / inquiries, 4)) AS reply_rate,
    countIf(attributes['kind'] = 'complaint' AND attributes['repeat'] != 'true') AS complaints,
    if(complaints = 0, NULL, round(countIf(attributes['kind'] = 'complaint' AND attributes['repeat'] != 'true'
        AND dateDiff('second', started_at, parseDateTime64BestEffortOrZero(attributes['answered_at'], 3, 'UTC')) BETWEEN 0 AND 48 * 3600) / complaints, 4)) AS complaints_in_48_hours,
    countIf(attributes['kind'] = 'complaint' AND attributes['repeat'] = 'true') AS repeat_complaints,
    if(complaints + repeat_complaints = 0, NULL, round(repeat_complaints / (complaints + repeat_complaints), 4)) AS repeat_complaint_rate,
    countIf(attributes['satisfaction'] != '') AS rated,
    if(rated = 0, NULL, round(countIf(attributes['satisfaction'] = 'satisfied') / rated, 4)) AS satisfaction_rate
FROM {{calls}}
GROUP BY month, standard
COMMENT 'KPIs of the standards, as far as calls carry attributes kind (inquiry, complaint), repeat, answered_at, satisfaction (satisfied, …)';

CREATE OR REPLACE VIEW {{first_call_months}} AS
SELECT toStartOfMonth(c.day) AS month, c.standard AS standard, count() AS customer_calls, countIf(r.call_id != '') AS repeat_calls,
    round(1 - repeat_calls / customer_calls, 4) AS first_call_resolution
FROM {{calls}} AS c
GLOBAL LEFT ANY JOIN {{repeat_calls}} AS r ON r.call_id = c.call_id
WHERE c.customer_id != ''
GROUP BY month, standard
COMMENT 'Share of the calls of known customers that were no repetition within seven days'
