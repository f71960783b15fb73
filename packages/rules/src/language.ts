import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Background } from '@yuzhi/signals'
import { type DictionaryWord, readDictionary } from '@yuzhi/text'
import { RuleError } from './rule-fault.js'
import { SynonymsFile } from './rule-files.js'
import { YamlFile } from './yaml-file.js'

/** What all standards of a configuration have in common: words, synonyms, background. */
export interface Language {
  words: DictionaryWord[]
  synonyms: Readonly<Record<string, readonly string[]>>
  background: Background
}

/** Reads `dictionary/`, `synonyms.yaml` and `background/*.txt` (an utterance a line) of a configuration folder. */
export function loadLanguage(folder: string): Language {
  const dictionary = path.join(folder, 'dictionary')
  const background = path.join(folder, 'background')
  return {
    words: textFiles(dictionary).flatMap(readDictionary),
    synonyms: readSynonyms(path.join(folder, 'synonyms.yaml')),
    background: Object.fromEntries(textFiles(background).map((file) => [path.basename(file, '.txt'), readLines(file)])),
  }
}

function readSynonyms(file: string): Record<string, string[]> {
  if (!existsSync(file)) return {}
  const source = new YamlFile(file)
  const synonyms = source.parse(SynonymsFile)
  if (synonyms === undefined) throw new RuleError(source.faults)
  return synonyms
}

function textFiles(folder: string): string[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.txt'))
  return names.sort().map((name) => path.join(folder, name))
}

function readLines(file: string): string[] {
  return readFileSync(file, 'utf8').split(/\r?\n/u).filter((line) => line.trim() !== '')
}
