import { describe, expect, it } from 'vitest'
import { findInPlace, isInPlace, type Place } from './place.js'
import { callOf, signalsOf } from './test-support.js'

const { set } = signalsOf({ said: { role: 'any', regex: ['[一二三四五六]'] } })
const call = set.analyse(
  callOf([
    ['a', '一', 0, 1],
    ['c', '二', 2, 3],
    ['a', '三', 4, 5],
    ['c', '四', 30, 31],
    ['a', '五', 32, 33],
    ['c', '六', 34, 35],
  ]),
)
const said = set.resolve('said', []).occurrences(call)
const where = (place: Place, reference?: number): string => {
  const from = reference === undefined ? undefined : said[reference]
  const inPlace = said.filter((found) => isInPlace(call, place, found, call.utterances[found.utterance].role, from))
  const found = findInPlace(call, place, said, from, 100)
  expect(found).toEqual(inPlace)
  return inPlace.map(({ utterance }) => '一二三四五六'[utterance]).join('')
}

describe('place', () => {
  it.each<[Place, number | undefined, string]>([
    [{ opening: { turns: 1 } }, undefined, '一二'],
    [{ closing: { turns: 1 } }, undefined, '五六'],
    [{ opening: { seconds: 5 } }, undefined, '一二三'],
    [{ after: { turns: 1 } }, 1, '三四'],
    [{ after: {} }, 1, '三四五六'],
    [{ after: { seconds: 2 } }, 1, '三'],
    [{ before: { turns: 1 } }, 4, '三四'],
    [{ around: { turns: 1 } }, 3, '二三四五六'],
    [{ same: true }, 3, '四'],
    [{}, 3, '一二三四五六'],
  ])('%j from %s: %s', (place, reference, expected) => {
    expect(where(place, reference)).toBe(expected)
  })
})
