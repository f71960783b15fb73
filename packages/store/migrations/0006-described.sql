-- Reviews that a publication carried over are told apart from those that somebody made; `reviews` of a call counts the clauses
-- that were reviewed, however often; a finding that a reviewer changed says so; kappa is not reckoned from rounded parts; every
-- column of every view is described.

ALTER SHARDED TABLE {{reviews}} ADD COLUMN IF NOT EXISTS carried Bool DEFAULT false COMMENT 'Not said anew: a publication carried it over to its rubric, at that moment';

CREATE OR REPLACE VIEW {{review_states}} AS
SELECT
    day, call_id, rubric_hash,
    argMax(last_state, last_key) AS state,
    count() AS reviews,
    CAST((groupArray(clause_id), groupArray(last_note)), 'Map(String, String)') AS notes
FROM
(
    SELECT
        day, call_id, rubric_hash, toString(clause_id) AS clause_id, max((reviewed_at, review_id)) AS last_key,
        argMax((score, grade, fatal, base, `clause.outcome`, `clause.points`), (reviewed_at, review_id)) AS last_state,
        argMax(note, (reviewed_at, review_id)) AS last_note
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
    evidence, c.started_at AS started_at, c.agent_id AS agent_id, c.agent_team AS agent_team,
    c.agent_name AS agent_name, c.day AS day, c.rubric_version AS rubric_version, c.rubric_hash AS rubric_hash, ordinal, machine_outcome, machine_points, confidence, machine_reason
FROM {{scored_calls}} AS c FINAL
GLOBAL LEFT ANY JOIN {{review_states}} AS r ON r.day = c.day AND r.call_id = c.call_id AND r.rubric_hash = c.rubric_hash
ARRAY JOIN
    c.`clause.id` AS clause_id, c.`clause.outcome` AS machine_outcome, c.`clause.points` AS machine_points,
    c.`clause.reason` AS machine_reason, c.`clause.evidence` AS evidence,
    c.`clause.confidence` AS confidence, arrayEnumerate(c.`clause.id`) AS ordinal
COMMENT 'A clause decided in a call, reviews applied; the machine’s own decision stays beside it';

CREATE OR REPLACE VIEW {{agreement}} AS
SELECT
    clause_id, count() AS reviewed, round(countIf(human = machine) / reviewed, 4) AS agreed,
    countIf(machine = 'violated') AS machine_violations,
    countIf(machine = 'violated' AND human != 'violated') AS false_violations,
    countIf(machine != 'violated' AND human = 'violated') AS missed_violations,
    round(chance, 4) AS agreed_by_chance,
    if(chance = 1, NULL, round((countIf(human = machine) / reviewed - chance) / (1 - chance), 4)) AS kappa,
    (countIf(machine = 'met') * countIf(human = 'met') + countIf(machine = 'violated') * countIf(human = 'violated')
        + countIf(machine = 'not_applicable') * countIf(human = 'not_applicable')) / (reviewed * reviewed) AS chance
FROM
(
    SELECT clause_id, call_id, argMax(outcome, (reviewed_at, review_id)) AS human, argMax(machine_outcome, (reviewed_at, review_id)) AS machine
    FROM {{reviews}} FINAL
    GROUP BY clause_id, call_id
)
GROUP BY clause_id
COMMENT 'Reviewer against machine by clause; kappa is Cohen’s (1960), NULL where chance alone agrees always';

CREATE OR REPLACE VIEW {{sample_worst}} AS
SELECT * FROM {{calls}} WHERE day BETWEEN {from:Date} AND {to:Date} ORDER BY fatal DESC, score, sipHash64({seed:UInt64}, call_id) LIMIT {n:UInt32}
COMMENT 'The worst calls, fatal ones first; among equals drawn at random: sample_worst(from = …, to = …, seed = …, n = …)';

ALTER TABLE {{calls}}
    COMMENT COLUMN call_id 'Id of the call',
    COMMENT COLUMN standard 'Id of the service standard',
    COMMENT COLUMN rubric_id 'The standard, once more, as the rubric names it',
    COMMENT COLUMN rubric_version 'Version of the standard that judged it',
    COMMENT COLUMN score '0 to 100, reviews applied',
    COMMENT COLUMN grade 'By the bands of the standard',
    COMMENT COLUMN fatal 'A clause with a veto is violated: the score is at most its ceiling',
    COMMENT COLUMN started_at 'Start of the call, UTC',
    COMMENT COLUMN duration_ms 'As the call says',
    COMMENT COLUMN direction 'inbound, outbound, counter, onsite or unknown',
    COMMENT COLUMN agent_id 'Who served',
    COMMENT COLUMN agent_name 'Name of the agent',
    COMMENT COLUMN agent_team 'Team of the agent',
    COMMENT COLUMN customer_id 'Customer, where the call names one',
    COMMENT COLUMN attributes 'What the call carries beside: business, queue, …',
    COMMENT COLUMN scored_at 'When it was judged, UTC',
    COMMENT COLUMN day 'Day of the call in Beijing',
    COMMENT COLUMN rubric_hash 'Rules that judged it, by their content',
    COMMENT COLUMN base 'Points before any clause; base plus the points of all clauses is the score',
    COMMENT COLUMN clauses 'Ids of the clauses of the rubric',
    COMMENT COLUMN outcomes 'met, violated or not_applicable, beside clauses',
    COMMENT COLUMN violated 'Ids of the clauses that are violated',
    COMMENT COLUMN machine_score 'Score before reviews',
    COMMENT COLUMN doubt '0 to 1: how near its least sure decisions are to turning over',
    COMMENT COLUMN reviews 'Clauses of the call that were reviewed under its current rubric',
    COMMENT COLUMN source 'Where the call came from: file and line, or topic, partition and offset';

ALTER TABLE {{findings}}
    COMMENT COLUMN call_id 'Id of the call',
    COMMENT COLUMN standard 'Id of the service standard',
    COMMENT COLUMN clause_id 'Clause of the standard',
    COMMENT COLUMN outcome 'met, violated or not_applicable, reviews applied',
    COMMENT COLUMN points 'What the clause added or took, reviews applied',
    COMMENT COLUMN reason 'One sentence; where a reviewer changed the decision, the note and what the machine had said',
    COMMENT COLUMN evidence 'JSON: [{turn, start, end, text, kind, how}]: turn counts from 0, start and end in UTF-16 units of its text; kind said: the words themselves, situation: what called for them, due: where something was missing; how: phrase, sound, regex, similar, entity, time, repetition, metadata. What the machine saw, whatever a reviewer said',
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
    COMMENT COLUMN machine_reason 'The machine’s sentence';

ALTER TABLE {{kpi_months}}
    COMMENT COLUMN month 'First day of the month',
    COMMENT COLUMN standard 'Id of the service standard',
    COMMENT COLUMN calls 'Calls of the row',
    COMMENT COLUMN inquiries 'Calls with attributes.kind inquiry',
    COMMENT COLUMN reply_rate 'Part of them with attributes.answered_at',
    COMMENT COLUMN complaints 'Calls with attributes.kind complaint that are no repetition (attributes.repeat is not true)',
    COMMENT COLUMN complaints_in_48_hours 'Part of them with attributes.answered_at within 48 hours of the start',
    COMMENT COLUMN repeat_complaints 'Complaints with attributes.repeat true',
    COMMENT COLUMN repeat_complaint_rate 'repeat_complaints / (complaints + repeat_complaints)',
    COMMENT COLUMN rated 'Calls with attributes.satisfaction',
    COMMENT COLUMN satisfaction_rate 'Part of them that says satisfied';

ALTER TABLE {{agent_days}}
    COMMENT COLUMN day 'Day of the call in Beijing',
    COMMENT COLUMN agent_id 'Who served',
    COMMENT COLUMN agent_name 'Name of the agent',
    COMMENT COLUMN agent_team 'Team of the agent',
    COMMENT COLUMN standard 'Id of the service standard',
    COMMENT COLUMN calls 'Calls of the row',
    COMMENT COLUMN average_score 'Mean of the scores, reviews applied',
    COMMENT COLUMN lowest_score 'Lowest of them',
    COMMENT COLUMN fatal_calls 'Calls with a veto',
    COMMENT COLUMN violations 'Violated clauses of all calls';

ALTER TABLE {{agreement}}
    COMMENT COLUMN clause_id 'Clause of the standard',
    COMMENT COLUMN reviewed 'Decisions that were reviewed, the newest review of each',
    COMMENT COLUMN agreed 'Part of them in which reviewer and machine agree, 0 to 1',
    COMMENT COLUMN machine_violations 'Violations of the machine among them',
    COMMENT COLUMN false_violations 'Of these, such that the reviewer takes back',
    COMMENT COLUMN missed_violations 'Violations that only the reviewer saw',
    COMMENT COLUMN agreed_by_chance 'Part in which both would agree by chance, 0 to 1',
    COMMENT COLUMN kappa '(agreed - chance) / (1 - chance)',
    COMMENT COLUMN chance 'agreed_by_chance, not rounded';

ALTER TABLE {{score_versions}}
    COMMENT COLUMN call_id 'Id of the call',
    COMMENT COLUMN standard 'Id of the service standard',
    COMMENT COLUMN rubric_id 'The standard, once more, as the rubric names it',
    COMMENT COLUMN rubric_version 'Version of the standard that judged it',
    COMMENT COLUMN rubric_hash 'Rules that judged it, by their content',
    COMMENT COLUMN score '0 to 100, as the rubric makes it, without reviews',
    COMMENT COLUMN grade 'By the bands of the standard',
    COMMENT COLUMN fatal 'A clause with a veto is violated: the score is at most its ceiling',
    COMMENT COLUMN base 'Points before any clause; base plus the points of all clauses is the score',
    COMMENT COLUMN started_at 'Start of the call, UTC',
    COMMENT COLUMN agent_id 'Who served',
    COMMENT COLUMN agent_name 'Name of the agent',
    COMMENT COLUMN agent_team 'Team of the agent',
    COMMENT COLUMN clauses 'Ids of the clauses of the rubric',
    COMMENT COLUMN outcomes 'Beside clauses',
    COMMENT COLUMN points 'Beside clauses',
    COMMENT COLUMN scored_at 'When it was judged, UTC',
    COMMENT COLUMN day 'Day of the call in Beijing';

ALTER TABLE {{utterances}}
    COMMENT COLUMN call_id 'Id of the call',
    COMMENT COLUMN turn 'Turn of the call, from 0',
    COMMENT COLUMN role 'agent, customer or system',
    COMMENT COLUMN text 'What was said, private data masked',
    COMMENT COLUMN start_ms 'From the start of the call',
    COMMENT COLUMN end_ms 'From the start of the call',
    COMMENT COLUMN day 'Day of the call in Beijing',
    COMMENT COLUMN started_at 'Start of the call, UTC';

ALTER TABLE {{rubric_ranks}}
    COMMENT COLUMN rubric_hash 'Rules that judged it, by their content',
    COMMENT COLUMN rank 'Which rubric is current where a call has several: the highest';

ALTER TABLE {{low_scores}}
    COMMENT COLUMN call_id 'Id of the call',
    COMMENT COLUMN score '0 to 100, reviews applied',
    COMMENT COLUMN grade 'By the bands of the standard',
    COMMENT COLUMN fatal 'A clause with a veto is violated: the score is at most its ceiling',
    COMMENT COLUMN day 'Day of the call in Beijing',
    COMMENT COLUMN started_at 'Start of the call, UTC',
    COMMENT COLUMN standard 'Id of the service standard',
    COMMENT COLUMN agent_id 'Who served',
    COMMENT COLUMN agent_name 'Name of the agent',
    COMMENT COLUMN agent_team 'Team of the agent',
    COMMENT COLUMN violated 'Ids of the clauses that are violated',
    COMMENT COLUMN doubt '0 to 1: how near its least sure decisions are to turning over';

ALTER TABLE {{review_states}}
    COMMENT COLUMN day 'Day of the call in Beijing',
    COMMENT COLUMN call_id 'Id of the call',
    COMMENT COLUMN rubric_hash 'Rules that judged it, by their content',
    COMMENT COLUMN state 'score, grade, fatal, base, outcomes, points',
    COMMENT COLUMN reviews 'Clauses that were reviewed',
    COMMENT COLUMN notes 'The newest note of each reviewed clause';

ALTER TABLE {{clause_days}}
    COMMENT COLUMN day 'Day of the call in Beijing',
    COMMENT COLUMN standard 'Id of the service standard',
    COMMENT COLUMN clause_id 'Clause of the standard',
    COMMENT COLUMN applicable 'Calls in which the clause applied',
    COMMENT COLUMN violations 'Calls in which it was violated',
    COMMENT COLUMN violation_rate 'violations / applicable',
    COMMENT COLUMN points 'Sum of what the clause added and took';

ALTER TABLE {{repeat_calls}}
    COMMENT COLUMN call_id 'Id of the call',
    COMMENT COLUMN customer_id 'Customer, where the call names one',
    COMMENT COLUMN business 'attributes.business',
    COMMENT COLUMN started_at 'Start of the call, UTC',
    COMMENT COLUMN day 'Day of the call in Beijing',
    COMMENT COLUMN standard 'Id of the service standard',
    COMMENT COLUMN agent_id 'Agent of this, the later call',
    COMMENT COLUMN earlier_call_id 'The call before',
    COMMENT COLUMN earlier_started_at 'Its start, UTC',
    COMMENT COLUMN days_after 'Days between the two';

ALTER TABLE {{team_days}}
    COMMENT COLUMN day 'Day of the call in Beijing',
    COMMENT COLUMN agent_team 'Team of the agent',
    COMMENT COLUMN standard 'Id of the service standard',
    COMMENT COLUMN calls 'Calls of the row',
    COMMENT COLUMN agents 'Agents with calls',
    COMMENT COLUMN average_score 'Mean of the scores, reviews applied',
    COMMENT COLUMN fatal_calls 'Calls with a veto',
    COMMENT COLUMN violations 'Violated clauses of all calls';

ALTER TABLE {{first_call_months}}
    COMMENT COLUMN month 'First day of the month',
    COMMENT COLUMN standard 'Id of the service standard',
    COMMENT COLUMN customer_calls 'Calls of known customers, repetitions among them',
    COMMENT COLUMN repeat_calls 'Those that repeat one of the seven days before (same customer, standard and attributes.business); they count in their own month',
    COMMENT COLUMN first_call_resolution '1 - repeat_calls / customer_calls'
