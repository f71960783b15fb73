import { FaultError, type FaultText } from '@yuzhi/schemas'

/** Why the store could not do something. */
export type StoreErrorCode =
  | 'no_store'
  | 'locked'
  | 'syntax'
  | 'refused'
  | 'limit'
  | 'unknown_name'
  | 'unavailable'
  | 'unauthorised'
  | 'newer_schema'
  | 'changed_migration'
  | 'bad_rows'
  | 'unknown_call'
  | 'unknown_clause'
  | 'unknown_rubric'
  | 'same_outcome'
  | 'failed'

export class StoreError extends FaultError {
  constructor(
    readonly code: StoreErrorCode,
    text: FaultText,
    /** Whether the same request may succeed later. */
    readonly canRetry: boolean,
    options?: ErrorOptions,
    /** ClickHouse's own number for it, where there is one. */
    readonly engineNumber?: number,
  ) {
    super(text, options)
  }
}

/** ClickHouse error numbers that callers tell apart (src/Common/ErrorCodes.cpp). */
const CODES: Readonly<Record<number, StoreErrorCode>> = {
  16: 'unknown_name', 46: 'unknown_name', 47: 'unknown_name', 60: 'unknown_name', 81: 'unknown_name',
  62: 'syntax',
  158: 'limit', 159: 'limit', 241: 'limit', 396: 'limit', 307: 'limit',
  164: 'refused', 497: 'refused',
  192: 'unauthorised', 193: 'unauthorised', 194: 'unauthorised', 516: 'unauthorised',
  ...Object.fromEntries([6, 10, 25, 26, 27, 38, 41, 53, 69, 70, 72, 117, 130, 131, 190, 321, 349, 407, 440, 467, 469, 636, 691].map((number) => [number, 'bad_rows'] as const)),
}
/** Timeouts, overload, a disk that is full or fails, and what passes when a server or Keeper comes back. */
const RETRIABLE = new Set([3, 74, 75, 76, 77, 107, 159, 202, 203, 209, 210, 225, 241, 242, 243, 252, 279, 285, 319, 425, 439, 594, 999])

/** What the engine's own words, which are English, are about. */
const CHINESE: Readonly<Partial<Record<StoreErrorCode, string>>> = {
  unknown_name: '没有这个表、列或函数',
  syntax: 'SQL 写法有误',
  limit: '超出查询的限制（行数、内存或时间）',
  refused: '不允许',
  unauthorised: '用户名或密码不对，或没有权限',
  bad_rows: '数据不合表结构，或参数的值不对',
}

/** Statements of users are parsed inside one of ours, which says nothing to them. */
const OF_THE_GUARD = /: In scope SELECT formatQuery\(.*\)(?=\. )/su

/** A failure that the engine numbered; `number` undefined: it did not. */
export function engineError(number: number | undefined, message: string, cause: unknown): StoreError {
  const plain = message.replace(/^Code: \d+\. DB::Exception: /u, '').replace(OF_THE_GUARD, '')
  const code = number === undefined ? 'failed' : (CODES[number] ?? 'failed')
  return new StoreError(code, { message: plain, zh: `${CHINESE[code] ?? 'ClickHouse 出错'}（${plain}）` }, number !== undefined && RETRIABLE.has(number), { cause }, number)
}

/** The same failure with the batch and the table that it befell. */
export function batchError(failure: StoreError, table: string, token: string): StoreError {
  return new StoreError(failure.code, { message: `batch ${token} into ${table}: ${failure.message}`, zh: `${token} 这一批写入 ${table}：${failure.zh}` }, failure.canRetry, { cause: failure }, failure.engineNumber)
}
