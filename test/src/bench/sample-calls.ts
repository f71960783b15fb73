import { Call } from '@yuzhi/schemas'
import { loadLanguage } from '@yuzhi/rules'
import { CONFIG } from '../paths.js'

export const TURNS = 40
export const CHARACTERS = 800

/** Calls of 40 turns and about 800 characters, put together from the background: no two alike, the same on every run. */
export function sampleCalls(count: number): Call[] {
  const { background } = loadLanguage(CONFIG)
  const lines = { agent: [...background.agent, ...background.polite], customer: [...background.customer] }
  const random = pseudoRandom(7)
  const pick = (role: 'agent' | 'customer'): string => lines[role][Math.floor(random() * lines[role].length)]
  return Array.from({ length: count }, (_, number) => {
    const turns: Call['turns'] = []
    let start = 0
    for (let i = 0; i < TURNS; i++) {
      const role = i % 2 === 0 ? 'agent' : 'customer'
      const wanted = CHARACTERS / TURNS
      let text = pick(role)
      while (text.length < wanted) text += `，${pick(role)}`
      text = text.slice(0, Math.round(wanted * (0.6 + random() * 0.8)))
      turns.push({ role, text, start_ms: start, end_ms: start + text.length * 240 })
      start += text.length * 240 + 400
    }
    return Call.parse({ call_id: `bench-${number}`, standard: 'hotline', started_at: '2026-03-12T10:00:00+08:00', agent: { id: `a${number % 50}` }, turns })
  })
}

/** Linear congruential generator (Numerical Recipes). */
export function pseudoRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 0x100000000
  }
}
