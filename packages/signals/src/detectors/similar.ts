import { z } from 'zod'
import type { Detector } from '../detector.js'
import type { Occurrence } from '../occurrence.js'

const DEFAULT_FALSE_ALARMS = 1
const MIN_HITS = 8

const Spec = z.union([
  z.literal(true).transform(() => ({ false_alarms: DEFAULT_FALSE_ALARMS, background: undefined })),
  z.strictObject({
    false_alarms: z.number().positive().max(2000).describe('Background utterances in 10,000 that may hit'),
    background: z.array(z.string()).min(1).optional().describe('Files of config/background that show nothing of the kind; the speaker’s own unless told otherwise'),
  }),
])

/** Wordings like the signal's own `hits` and unlike its `misses` and the background. */
export const similar: Detector<z.infer<typeof Spec>> = {
  key: 'similar',
  spec: Spec,
  combines: false,
  compile({ false_alarms: falseAlarms, background }, { lesson, backgrounds, role, teach, fault }) {
    if (lesson === undefined || lesson.hits.length < MIN_HITS) {
      fault([], { message: `similar wording is learned from the signal's hits: at least ${MIN_HITS} are needed`, zh: `相似说法从信号的 hits 学习：至少需要 ${MIN_HITS} 句` })
      return () => []
    }
    const names = background ?? (role === 'any' ? ['agent', 'customer'] : [role])
    for (const [index, name] of names.entries()) if (!backgrounds.includes(name)) fault(['background', index], { message: `no background "${name}"; there are: ${backgrounds.join(', ')}`, zh: `没有背景语料 “${name}”；现有：${backgrounds.join('、')}` })
    const number = teach({ ...lesson, falseAlarms, backgrounds: names.filter((name) => backgrounds.includes(name)) })
    return (call) => call.similar[number] ?? NONE
  },
}

const NONE: readonly Occurrence[] = []
