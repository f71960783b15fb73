import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalise } from './normalise.js'
import { hasTraditional } from './to-simplified.js'

/** Any UTF-16: lone surrogates, pairs, combining marks, Han, full-width forms, recogniser marks. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('请您', '嗯嗯嗯', '[UNK]', '_', '後臺', '甚麼', 'ﾊﾟ', 'ＡＢ', 'é̂', '\ud83d\ude00', '\ud83d', '\ude00', '㈱', '각', '\u200b', '  '),
      fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
    ),
  )
  .map((parts) => parts.join(''))

describe('normalise', () => {
  it('maps every span of the normalised text to a span of the original, in order', () => {
    fc.assert(
      fc.property(anyText, (source) => {
        const { text, map } = normalise(source)
        let lastStart = 0
        let lastEnd = 0
        for (let i = 0; i < text.length; i++) {
          const start = map.sourceStart(i)
          const end = map.sourceEnd(i + 1)
          expect(start).toBeGreaterThanOrEqual(lastStart)
          expect(end).toBeGreaterThanOrEqual(lastEnd)
          expect(start).toBeLessThan(end)
          expect(end).toBeLessThanOrEqual(source.length)
          lastStart = start
          lastEnd = end
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('maps every unit to original words that read as that unit', () => {
    fc.assert(
      fc.property(anyText, (source) => {
        const simplified = Array.from(source).filter((character) => !hasTraditional(character.normalize('NFKC').charCodeAt(0))).join('')
        const { text, map } = normalise(simplified)
        for (let i = 0; i < text.length; i++) {
          expect(normalise(simplified.slice(map.sourceStart(i), map.sourceEnd(i + 1))).text).toContain(text[i])
        }
      }),
      { numRuns: 500 },
    )
  })

  it('is settled after one pass', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('請您', '嗯嗯', 'ＡＢ１', '，', ' ', '好', '_', '[UNK]')).map((parts) => parts.join('')), (source) => {
        const once = normalise(source).text
        expect(normalise(once).text).toBe(once)
      }),
    )
  })

  it.each([
    ['ＡＢＣ１２３', 'abc123'],
    ['請您稍等 甚麼時候 後臺', '请您稍等 什么时候 后台'],
    ['著急 著名', '着急 著名'],
    ['还有么 怎麼辦', '还有么 怎么办'],
    ['請撥么零零八六 尾號三么', '请拨幺零零八六 尾号三幺'],
    ['嗯嗯嗯 好_的[UNK]吧<noise>', '嗯 好的吧'],
    ['您好，请问？', '您好，请问？'],
    ['好   的', '好 的'],
  ])('reads %j as %j', (source, expected) => {
    expect(normalise(source).text).toBe(expected)
  })

  it('gives back original offsets for folded words', () => {
    const { text, map } = normalise('嗯嗯嗯請[UNK]您稍等')
    const from = text.indexOf('请您')
    expect('嗯嗯嗯請[UNK]您稍等'.slice(map.sourceStart(from), map.sourceEnd(from + 2))).toBe('請[UNK]您')
  })
})
