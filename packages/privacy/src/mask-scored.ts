import type { Call, Score } from '@yuzhi/schemas'
import { findPrivate, PRIVATE_KINDS, type PrivateSpan } from './find-private.js'
import type { PrivacyOptions } from './privacy-options.js'

/** Stands for one UTF-16 unit, so that offsets stay right. */
const MASK = '*'

/**
 * The call and its score without private data: in the turns, the attributes, the names and the
 * quotations of the score. It cannot be undone; lengths and offsets stay as they are.
 */
export function maskScored(call: Call, score: Score, options: PrivacyOptions = { mask: [...PRIVATE_KINDS] }): { call: Call; score: Score } {
  const spans = findPrivate(call.turns, options.mask)
  const masked = maskCall(call, spans, options)
  if (spans.length === 0) return { call: masked, score }
  const secrets = spans.map(({ turn, start, end }) => call.turns[turn].text.slice(start, end))
  return {
    call: masked,
    score: {
      ...score,
      clauses: score.clauses.map((clause) => ({
        ...clause,
        evidence: clause.evidence.map((item) => ({ ...item, text: masked.turns[item.turn].text.slice(item.start, item.end) })),
        reason: hideFragments(clause.reason, secrets),
      })),
    },
  }
}

/** A sentence may quote a number in part: so many units of it that stand together are hidden. */
const FRAGMENT = 4

function hideFragments(text: string, secrets: readonly string[]): string {
  let hidden = ''
  for (let i = 0; i < text.length; ) {
    let length = 0
    while (i + length < text.length && secrets.some((secret) => secret.includes(text.slice(i, i + length + 1)))) length++
    const isSecret = length >= FRAGMENT || (length > 0 && secrets.includes(text.slice(i, i + length)))
    hidden += isSecret ? stars(text.slice(i, i + length)) : text[i]
    i += isSecret ? length : 1
  }
  return hidden
}

function maskCall(call: Call, spans: readonly PrivateSpan[], { mask }: PrivacyOptions): Call {
  const turns = call.turns.map((turn) => turn)
  for (const span of spans) turns[span.turn] = { ...turns[span.turn], text: hide(turns[span.turn].text, span) }
  const value = (text: string): string => findPrivate([{ role: 'system', text }], mask).reduce(hide, text)
  const { attributes, customer } = call
  return {
    ...call,
    turns,
    ...(attributes === undefined ? {} : { attributes: Object.fromEntries(Object.entries(attributes).map(([key, text]) => [key, value(text)])) }),
    ...(customer === undefined ? {} : { customer: maskCustomer(customer, value) }),
  }
}

/** An id that is itself a private number is left out: masked, it would make one customer of many. */
function maskCustomer({ id, ...rest }: NonNullable<Call['customer']>, value: (text: string) => string): NonNullable<Call['customer']> {
  const masked = Object.fromEntries(Object.entries(rest).map(([key, field]) => [key, typeof field === 'string' ? value(field) : field]))
  return id === undefined || value(id) !== id ? masked : { id, ...masked }
}

function hide(text: string, { start, end }: PrivateSpan): string {
  return text.slice(0, start) + stars(text.slice(start, end)) + text.slice(end)
}

function stars(text: string): string {
  return MASK.repeat(text.length)
}
