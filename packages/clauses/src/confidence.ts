import type { Occurrence } from '@yuzhi/signals'
import type { Judgement } from './judge-clause.js'

/** What a decision rests on, the firmest ground first. */
export type Ground = 'measured' | 'words' | 'sound' | 'likeness' | 'faint_likeness' | 'missing' | 'nothing_said' | 'no_situation'

/** A learned wording less than this above its threshold is a faint likeness. */
const FAINT = 0.1

/**
 * How often decisions on each ground agreed with readers when the rules met rounds of labelled calls
 * for the first time (JUDGEMENT.md); `mixed` where some situations were met and others not.
 */
const AGREED: Readonly<Record<Judgement['outcome'], Partial<Record<Ground, number>>>> = {
  met: { measured: 0.97, words: 0.98, sound: 0.85, likeness: 0.82, faint_likeness: 0.52, nothing_said: 0.94 },
  violated: { measured: 0.99, words: 0.95, sound: 0.85, likeness: 0.92, faint_likeness: 0.55, missing: 0.93 },
  not_applicable: { no_situation: 0.92 },
}
const MIXED = 0.9
const UNKNOWN = 0.8
/** The recogniser's own confidence says nothing about decisions above this. */
const HEARD_WELL = 0.6

/** 0–1: how far a decision can be relied on. */
export function confidenceOf(judgement: Judgement): number {
  const agreed = AGREED[judgement.outcome][groundOf(judgement)] ?? UNKNOWN
  const heard = judgement.said.length === 0 ? 1 : Math.max(...judgement.said.map(({ confidence }) => confidence))
  return Math.round(100 * agreed * (judgement.isMixed ? MIXED : 1) * Math.min(1, heard / HEARD_WELL)) / 100
}

/** The firmest ground among what was said; without any, what was missing or did not come up. */
export function groundOf({ outcome, said, missing }: Judgement): Ground {
  if (outcome === 'not_applicable') return 'no_situation'
  const grounds = new Set(said.map(groundOfWords))
  for (const ground of ['measured', 'words', 'sound', 'likeness', 'faint_likeness'] as const) if (grounds.has(ground)) return ground
  return missing.length > 0 ? 'missing' : 'nothing_said'
}

function groundOfWords({ how, margin }: Occurrence): Ground {
  switch (how) {
    case 'sound':
      return 'sound'
    case 'similar':
      return (margin ?? 0) < FAINT ? 'faint_likeness' : 'likeness'
    case 'phrase':
    case 'regex':
    case 'entity':
      return 'words'
    default:
      return 'measured'
  }
}
