import { OffsetMap } from './offset-map.js'
import { hasTraditional, toSimplified } from './to-simplified.js'

/** A text as the detectors read it, with the way back to the offsets of the original. */
export interface Normalised {
  text: string
  map: OffsetMap
}

/** Marks that recognisers write for what is no speech. */
const RECOGNISER_MARK =
  /[[<【(（](?:unk|noise|laugh(?:ter)?|sil(?:ence)?|spn|music|breath|噪音|笑声|静音|听不清|音乐)[\]>】)）]/giu

/** A base character with what combines with it: such a cluster is folded as one. */
const CLUSTER = /[\u1100-\u11ff\uac00-\ud7af\uffa0-\uffdc]+|[^\p{M}\uff9e\uff9f][\p{M}\uff9e\uff9f]*|[\p{M}\uff9e\uff9f]+/gsu

const DROPPED = /[_\p{Cc}\p{Cf}\ufffd]/gu
const SPACE = /\s/u
const REPEATED_FILLERS = new Set('嗯呃额啊哦噢喔哎唉诶欸呀')

const PLAIN = markPlain()

/** 1: units that normalising leaves as they are; 2: those too, unless they are repeated. */
function markPlain(): Uint8Array {
  const table = new Uint8Array(0x10000)
  for (let code = 0x4e00; code <= 0x9fff; code++) table[code] = hasTraditional(code) ? 0 : 1
  for (const character of 'abcdefghijklmnopqrstuvwxyz0123456789.,?!;:()%-+/，。？！；：（）、…“”《》') table[character.charCodeAt(0)] = 1
  for (const character of REPEATED_FILLERS) table[character.charCodeAt(0)] = 2
  table[0x20] = 2
  return table
}

function needsWork(text: string): boolean {
  let next = 0
  for (let i = text.length - 1; i >= 0; i--) {
    const code = text.charCodeAt(i)
    const kind = PLAIN[code]
    if (kind === 0 || (kind === 2 && code === next)) return true
    next = code
  }
  return false
}

/**
 * Folds width and case (NFKC, lower case), traditional to simplified script, drops recogniser
 * marks, and shortens repeated fillers and spaces to one. Offsets are UTF-16 units.
 */
export function normalise(source: string): Normalised {
  if (!needsWork(source)) return { text: source, map: OffsetMap.identity(source.length) }
  const starts: number[] = []
  const ends: number[] = []
  let text = ''
  let previous = ''
  const append = (folded: string, start: number, end: number): void => {
    if (folded === '' || (folded === previous && (folded === ' ' || REPEATED_FILLERS.has(folded)))) return
    previous = folded
    text += folded
    for (let left = folded.length; left > 0; left--) {
      starts.push(start)
      ends.push(end)
    }
  }
  let at = 0
  for (const mark of source.matchAll(RECOGNISER_MARK)) {
    appendClusters(source, at, mark.index, append)
    at = mark.index + mark[0].length
  }
  appendClusters(source, at, source.length, append)
  if (holdsTraditional(text)) text = toSimplified(text)
  return { text, map: OffsetMap.of(starts, ends, source.length) }
}

function holdsTraditional(text: string): boolean {
  for (let i = text.length - 1; i >= 0; i--) if (hasTraditional(text.charCodeAt(i))) return true
  return false
}

function appendClusters(source: string, from: number, to: number, append: (folded: string, start: number, end: number) => void): void {
  for (let i = from; i < to; ) {
    const kind = PLAIN[source.charCodeAt(i)]
    if (kind !== 0 && (i + 1 === to || PLAIN[source.charCodeAt(i + 1)] !== 0)) {
      append(source[i], i, i + 1)
      i++
      continue
    }
    CLUSTER.lastIndex = i
    const cluster = CLUSTER.exec(source)?.[0] ?? source[i]
    const end = Math.min(i + cluster.length, to)
    append(foldCluster(source.slice(i, end)), i, end)
    i = end
  }
}

function foldCluster(cluster: string): string {
  if (SPACE.test(cluster)) return ' '
  if (cluster.length === 1 && PLAIN[cluster.charCodeAt(0)] !== 0) return cluster
  return cluster.replace(DROPPED, '').normalize('NFKC').toLowerCase()
}
