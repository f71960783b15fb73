import { z } from 'zod'
import type { FaultText } from './fault-text.js'

const { localeError: inEnglish } = z.locales.en()
const { localeError: inChinese } = z.locales.zhCN()

/** What zod says, for people who write rules. The issue must carry its input; a check of ours has its Chinese in `params.zh`. */
export function wordingOf(issue: z.core.$ZodIssue): FaultText {
  const key = String(issue.path.at(-1) ?? '')
  const named = (message: string, zh: string): FaultText => (key === '' ? { message, zh } : { message: `"${key}": ${message}`, zh: `“${key}”：${zh}` })
  if (issue.code === 'custom') return named(issue.message, typeof issue.params?.zh === 'string' ? issue.params.zh : issue.message)
  if (issue.code === 'invalid_type' && issue.input === undefined && key !== '') return { message: `"${key}" is missing`, zh: `缺少 “${key}”` }
  if (issue.code === 'too_small' && issue.origin === 'array') return { message: `"${key}" must not be empty`, zh: `“${key}” 不能为空` }
  const raw = issue as z.core.$ZodRawIssue
  return named(textOf(inEnglish(raw)), textOf(inChinese(raw)))
}

function textOf(said: ReturnType<typeof inEnglish>): string {
  return typeof said === 'string' ? said : (said?.message ?? '')
}
