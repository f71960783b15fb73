import { z } from 'zod'

/** What is wrong with something that a person or a program wrote. */
export interface FaultText {
  /** In English. */
  message: string
  /** In Chinese. */
  zh: string
}

export function textIn({ message, zh }: FaultText, lang: 'en' | 'zh'): string {
  return lang === 'en' ? message : zh
}

const { localeError: inEnglish } = z.locales.en()
const { localeError: inChinese } = z.locales.zhCN()
/** What a value is, for people who never heard of types. */
const KINDS: Readonly<Partial<Record<string, string>>> = { string: '文字', number: '数字', int: '整数', boolean: 'true 或 false', array: '列表', object: '一组键和值', record: '一组键和值', null: '空', NaN: '别的' }

/** What zod says, with the key it is about, for people who write rules. The issue must carry its input; a check of ours has its Chinese in `params.zh`. */
export function wordingOf(issue: z.core.$ZodIssue): FaultText {
  const key = issue.path.findLast((part) => typeof part === 'string') ?? ''
  if (isMissing(issue) && key !== '') return { message: `"${key}" is missing`, zh: `缺少 “${key}”` }
  if (isEmptyList(issue)) return { message: `"${key}" must not be empty`, zh: `“${key}” 不能为空` }
  const message = issue.code === 'custom' ? issue.message : textOf(inEnglish(issue as z.core.$ZodRawIssue))
  const zh = chineseOf(issue)
  return key === '' ? { message, zh } : { message: `"${key}": ${message}`, zh: `“${key}”：${zh}` }
}

/** The same in Chinese, without the key. */
export function chineseOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'custom') return typeof issue.params?.zh === 'string' ? issue.params.zh : issue.message
  if (isMissing(issue)) return '缺少'
  if (isEmptyList(issue)) return '不能为空'
  if (issue.code === 'invalid_type') return `这里要${KINDS[issue.expected] ?? issue.expected}，写的是${KINDS[kindOf(issue.input)] ?? kindOf(issue.input)}`
  if (issue.code === 'invalid_value') return `只能是 ${issue.values.map(String).join('、')} ${issue.values.length > 1 ? '之一' : ''}`.trim()
  if (issue.code === 'invalid_format' && issue.format === 'datetime') return '要写成 2026-03-12T10:00:00+08:00 这样带时区的时间'
  if (issue.code === 'invalid_format' && issue.format === 'regex') return '写法不对'
  if (issue.code === 'too_small' && issue.origin === 'string') return '不能为空'
  if (issue.code === 'too_small' && issue.origin !== 'array') return `要${issue.inclusive === false ? '大于' : '不小于'} ${String(issue.minimum)}`
  if (issue.code === 'too_big' && issue.origin !== 'array') return `要${issue.inclusive === false ? '小于' : '不大于'} ${String(issue.maximum)}`
  return textOf(inChinese(issue as z.core.$ZodRawIssue))
}

function isMissing(issue: z.core.$ZodIssue): boolean {
  return (issue.code === 'invalid_type' || issue.code === 'invalid_value') && issue.input === undefined
}

function isEmptyList(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'too_small' && issue.origin === 'array' && Number(issue.minimum) === 1
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : Number.isNaN(value) ? 'NaN' : Array.isArray(value) ? 'array' : typeof value
}

function textOf(said: ReturnType<typeof inEnglish>): string {
  return typeof said === 'string' ? said : (said?.message ?? '')
}
