import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { DictionaryError, readDictionary, readFrequencies } from './dictionary.js'

const folder = mkdtempSync(path.join(tmpdir(), 'yuzhi-dictionary-'))

function file(name: string, content: string | Buffer): string {
  const full = path.join(folder, name)
  writeFileSync(full, content)
  return full
}

describe('readDictionary', () => {
  it('reads a word a line with an optional tag, without comments', () => {
    expect(readDictionary(file('ok.txt', '# 电信\n携号转网 n\n光猫\n\n'))).toEqual([{ word: '携号转网', tag: 'n' }, { word: '光猫', tag: 'n' }])
  })

  it('names the file and the line of a bad entry', () => {
    expect(() => readDictionary(file('bad.txt', '光猫\n光 猫 三 个\n'))).toThrow(/bad\.txt:2: expected "word \[tag\]"/u)
  })

  it('says which file is missing', () => {
    expect(() => readDictionary(path.join(folder, 'none.txt'))).toThrow(DictionaryError)
    expect(() => readDictionary(path.join(folder, 'none.txt'))).toThrow(/none\.txt: the dictionary file is missing/u)
  })

  it('refuses what is no UTF-8 text', () => {
    expect(() => readDictionary(file('gbk.txt', Buffer.from([0xc4, 0xe3, 0xba, 0xc3])))).toThrow(/not UTF-8/u)
  })
})

describe('readFrequencies', () => {
  it('reads words and counts', () => {
    expect(readFrequencies(file('counts.utf8', '一 3 m\n一下 5 m'))).toEqual({ entries: ['一', '一下'], counts: [3, 5] })
  })

  it('stops at a missing, empty or malformed dictionary and names the line', () => {
    expect(() => readFrequencies(path.join(folder, 'gone.utf8'))).toThrow(/missing/u)
    expect(() => readFrequencies(file('empty.utf8', ''))).toThrow(/empty/u)
    expect(() => readFrequencies(file('two.utf8', '一 3 m\n二 3\n三 4 m\n'))).toThrow(/two\.utf8:2: expected "word count tag", found "二 3"/u)
    expect(() => readFrequencies(file('none.utf8', '一 x m\n'))).toThrow(/none\.utf8:1/u)
    expect(() => readFrequencies(folder)).toThrow(/not a file/u)
  })
})
