import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openReader, type Reader } from './open-reader.js'
import { openStore } from './open-store.js'
import { StoreError } from './store-error.js'

const folder = mkdtempSync(path.join(tmpdir(), 'yuzhi-guard-'))
const leak = path.join(folder, 'leak.csv')
let reader: Reader

beforeAll(async () => {
  const store = await openStore({ dir: path.join(folder, 'store') })
  await store.close()
  reader = await openReader({ dir: path.join(folder, 'store') })
})

afterAll(async () => {
  await reader.close()
})

async function codeOf(sql: string): Promise<string> {
  try {
    await reader.run(sql, 'TSV')
    return 'ran'
  } catch (error) {
    return error instanceof StoreError ? error.code : String(error)
  }
}

describe('SQL of people', () => {
  it.each([
    'SELECT count() FROM calls',
    'SELECT grade, count() AS n, avg(score) FROM calls GROUP BY grade HAVING n > 1 ORDER BY n DESC LIMIT 3',
    'WITH bad AS (SELECT call_id FROM findings WHERE outcome = \'violated\') SELECT count() FROM calls WHERE call_id IN (SELECT call_id FROM bad)',
    'SELECT clause_id, countIf(outcome = \'violated\') / count() FROM findings GROUP BY clause_id',
    'SELECT c.call_id, u.text FROM calls AS c INNER JOIN utterances AS u ON u.call_id = c.call_id',
    'SELECT toStartOfWeek(started_at) AS week, quantileExact(0.5)(score), row_number() OVER (ORDER BY week) FROM calls GROUP BY week',
    'SELECT JSONExtractString(evidence, 1, \'text\') FROM findings',
    'SELECT * FROM yuzhi.calls UNION ALL SELECT * FROM calls',
    'SELECT uniqExactIf(agent_id, score < 60), groupArrayDistinct(grade), CASE WHEN 1 THEN \'a\' ELSE \'b\' END FROM calls -- comment',
    "SELECT text FROM search(words = '投诉')",
    'SELECT call_id FROM yuzhi.sample_random(from = \'2026-01-01\', to = \'2026-12-31\', seed = 7, n = 3)',
    'SHOW TABLES',
    'DESCRIBE calls',
  ])('runs: %s', async (sql) => {
    expect(await codeOf(sql)).toBe('ran')
  })

  it('lists views with the values they take, and nothing of how rows come in', async () => {
    const listed = await reader.run('SHOW TABLES', 'TSVRaw')
    expect(listed).toMatch(/^call_story\tview\tcall String$/mu)
    expect(listed).toMatch(/^calls\tview\t$/mu)
    expect(listed).toMatch(/^transcripts\ttable\t$/mu)
    expect(listed).not.toMatch(/^(?:incoming|events|schema)_/mu)
  })

  it.each([
    "SELECT * FROM file('/etc/passwd', 'LineAsString')",
    "SELECT file('/etc/passwd')",
    "SELECT substring(file('/etc/passwd'), 1, 10) FROM calls",
    "SELECT (SELECT file('/etc/passwd'))",
    "SELECT 1 WHERE file('/etc/passwd') != ''",
    "SELECT count() FROM calls ORDER BY file('/etc/passwd')",
    "WITH file('/etc/passwd') AS f SELECT f",
    "SELECT arrayMap(x -> file(x), ['/etc/passwd'])",
    "SELECT FILE('/etc/passwd')",
    "SELECT `file`('/etc/passwd')",
    "SELECT/**/file/**/('/etc/passwd')",
    "SELECT * FROM url('http://127.0.0.1/x', 'CSV')",
    "SELECT * FROM s3('http://127.0.0.1/x', 'CSV')",
    "SELECT * FROM remote('127.0.0.1', system.one)",
    "SELECT * FROM cluster('default', system.one)",
    "SELECT * FROM mysql('127.0.0.1:3306', 'a', 'b', 'c', 'd')",
    "SELECT * FROM postgresql('127.0.0.1:5432', 'a', 'b', 'c', 'd')",
    "SELECT * FROM sqlite('/tmp/x.db', 'y')",
    "SELECT * FROM executable('cat /etc/passwd', 'TSV', 'x String')",
    "SELECT * FROM hdfs('hdfs://127.0.0.1/x', 'CSV')",
    "SELECT * FROM numbers(10)",
    "SELECT * FROM merge('system', '.*')",
    "SELECT * FROM (SELECT * FROM (SELECT * FROM file('/etc/passwd')))",
    "SELECT * FROM calls WHERE call_id IN (SELECT line FROM file('/etc/passwd'))",
    "SELECT * FROM calls, file('/etc/passwd')",
    "SELECT * FROM calls JOIN url('http://127.0.0.1', 'CSV') AS u ON 1 = 1",
    "SELECT 1 UNION ALL SELECT * FROM file('/etc/passwd')",
    `SELECT * FROM calls INTO OUTFILE '${leak}'`,
    `SELECT * FROM calls INTO OUTFILE '${leak}' FORMAT CSV`,
    `SELECT 1 INTO OUTFILE '${leak}' TRUNCATE COMPRESSION 'none'`,
    'SELECT * FROM calls FORMAT JSON',
    'SELECT 1 SETTINGS readonly = 0',
    'SELECT * FROM (SELECT 1 SETTINGS max_threads = 1)',
    'SET readonly = 0',
    'SELECT * FROM system.tables',
    'SELECT * FROM system.functions',
    'SELECT * FROM information_schema.tables',
    'SELECT * FROM INFORMATION_SCHEMA.TABLES',
    "SELECT 'x' IN system.users",
    "SELECT 1 WHERE 'x' GLOBAL IN system.users",
    'SHOW DATABASES',
    'SHOW CREATE TABLE calls',
    'DESCRIBE system.users',
    'INSERT INTO scored_calls (call_id) VALUES (1)',
    "INSERT INTO FUNCTION file('/tmp/x.csv') SELECT 1",
    'CREATE TABLE x (a Int8) ENGINE = Memory',
    'DROP TABLE scored_calls',
    'TRUNCATE TABLE scored_calls',
    'ALTER TABLE scored_calls DELETE WHERE 1',
    'OPTIMIZE TABLE scored_calls',
    'RENAME TABLE scored_calls TO x',
    'ATTACH TABLE x',
    "BACKUP TABLE scored_calls TO File('/tmp/x')",
    'KILL QUERY WHERE 1',
    'SYSTEM SHUTDOWN',
    'USE system',
    'EXPLAIN SELECT 1',
    "SELECT dictGet('d', 'a', 1)",
    "SELECT joinGet('j', 'a', 1)",
    "SELECT getSetting('readonly')",
    'SELECT hostName(), getMacro(\'x\'), tcpPort()',
    'SELECT sleep(3)',
    "SELECT aiGenerate('x')",
    "SELECT catboostEvaluate('/tmp/m', 1)",
    "SELECT addressToLine(1)",
    "SELECT filesystemAvailable()",
    "SELECT * FROM view(SELECT file('/etc/passwd'))",
    "SELECT * FROM search(words = file('/etc/passwd'))",
    "SELECT * FROM system.search(words = 'x')",
    "SELECT * FROM default.sample_random(from = '2026-01-01', to = '2026-12-31', seed = 1, n = 1)",
  ])('refuses: %s', async (sql) => {
    expect(await codeOf(sql)).toMatch(/^(?:refused|syntax)$/u)
    expect(existsSync(leak)).toBe(false)
  })

  it.each([
    `SELECT 1) INTO OUTFILE '${leak}' --`,
    `SELECT 1) UNION ALL (SELECT file('/etc/passwd')`,
    'SELECT 1; DROP TABLE scored_calls',
    'SELECT 1 /* ; */; SELECT 2',
    'SELCT 1',
    '',
    ')',
  ])('is no way around the parser: %j', async (sql) => {
    expect(await codeOf(sql)).toMatch(/^(?:refused|syntax)$/u)
    expect(existsSync(leak)).toBe(false)
  })

  it('says what is refused and what is misspelt', async () => {
    await expect(reader.run("SELECT file('/etc/passwd')", 'TSV')).rejects.toThrow('the function file is not allowed')
    await expect(reader.run('SELECT agnt_id FROM calls', 'TSV')).rejects.toMatchObject({ code: 'unknown_name', message: expect.stringContaining('agent_id') as string })
  })

  it('stops a statement that takes too much', async () => {
    expect(await codeOf("SELECT length(arrayMap(x -> repeat('语', 1000), range(50000000)))")).toBe('limit')
  })
})
