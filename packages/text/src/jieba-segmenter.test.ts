import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import nodejieba from 'nodejieba'
import { readFrequencies } from './dictionary.js'
import { describe, expect, it } from 'vitest'
import { jiebaSegmenter } from './jieba-segmenter.js'

const segmenter = jiebaSegmenter([{ word: '携号转网', tag: 'n' }])

describe('jiebaSegmenter', () => {
  it('gives every word its offsets, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const words = segmenter.words(text)
        expect(words.map((word) => word.text).join('')).toBe(text)
        for (const { start, end, text: word } of words) expect(text.slice(start, end)).toBe(word)
      }),
    )
  })

  it('finds the words that nodejieba finds', () => {
    const userDict = path.join(mkdtempSync(path.join(tmpdir(), 'yuzhi-jieba-')), 'user.dict')
    writeFileSync(userDict, '携号转网 n\n')
    nodejieba.load({ userDict })
    const { entries } = readFrequencies(nodejieba.DEFAULT_DICT)
    const piece = fc.oneof(
      fc.integer({ min: 0, max: entries.length - 1 }).map((index) => entries[index]),
      fc.constantFrom(...Array.from('的一是了我不在人们有来他这上着个地到大里说去，。 \n？1a'), '不再见', '申请', '携号转', '携号转网', '😀', '𠮷'),
      fc.integer({ min: 0x4e00, max: 0x9fff }).map((code) => String.fromCharCode(code)),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const text = pieces.join('')
        expect(segmenter.words(text).map((word) => word.text)).toEqual(nodejieba.cut(text))
      }),
      { numRuns: 2000 },
    )
  })

  it('knows words of the given dictionary', () => {
    expect(segmenter.words('我想携号转网').map(({ text }) => text)).toEqual(['我', '想', '携号转网'])
  })

  it('shows by its edges that 不再见面 holds no 再见 and 申请 no 请', () => {
    expect(segmenter.edges('不再见面')[1]).toBe(0)
    expect(segmenter.edges('申请')[1]).toBe(0)
  })

  it('reads ten megabytes in pieces', () => {
    const text = '请您稍等一下，我马上帮您查询。'.repeat(40_000)
    expect(segmenter.edges(text)).toHaveLength(text.length + 1)
  })

  it('tells other dictionaries apart by their fingerprint', () => {
    expect(jiebaSegmenter([{ word: '光猫', tag: 'n' }]).fingerprint).not.toBe(segmenter.fingerprint)
  })
})
