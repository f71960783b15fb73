import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkDictionaryFile, DictionaryError, readDictionary } from './dictionary.js'

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

describe('checkDictionaryFile', () => {
  it('stops before a missing, empty or malformed file reaches the native segmenter', () => {
    expect(() => { checkDictionaryFile(path.join(folder, 'gone.utf8'), 3) }).toThrow(/missing/u)
    expect(() => { checkDictionaryFile(file('empty.utf8', ''), 3) }).toThrow(/empty/u)
    expect(() => { checkDictionaryFile(file('two.utf8', '一 3\n'), 3) }).toThrow(/expected 3 fields/u)
    expect(() => { checkDictionaryFile(folder, 3) }).toThrow(/not a file/u)
  })
})
