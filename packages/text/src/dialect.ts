/** How a dialect writes a word of the standard language, which is nowhere longer. */
interface Reading {
  dialect: string
  standard: string
  /** One of these must follow; absent: anything may. */
  before?: string
  /** None of these may follow, or go before: with them it is another word. */
  notBefore?: string
  notAfter?: string
}

/**
 * Recognisers write speech as it is spoken: Cantonese, and words of Sichuan, Hunan, Shaanxi, Henan, the north-east and
 * Shanghai. The first that fits is taken.
 */
const READINGS: readonly Reading[] = [
  ...Object.entries({ 恁: '你', 侬: '你', 俺: '我', 佢: '他', 哋: '们', 嘅: '的', 咗: '了', 喺: '在', 嚟: '来', 俾: '给', 畀: '给', 睇: '看', 攞: '拿', 啲: '些', 冇: '没', 嗰: '那', 咩: '啥', 乜: '啥', 覅: '别', 甭: '别', 咧: '了', 哒: '了' })
    .map(([dialect, standard]) => ({ dialect, standard })),
  { dialect: '冇得', standard: '没有' },
  { dialect: '没得', standard: '没有', notBefore: '到过罪分' },
  { dialect: '莫得', standard: '没有' },
  { dialect: '莫', standard: '别', before: '急怪慌怕催着说讲再要来去走忘弄搞拿跟乱哭气担管动甩丢', notAfter: '约' },
  { dialect: '唔', standard: '不', before: '使系会知得想识记紧可够见到买同通差明信敢舍觉肯要用怕能' },
  { dialect: '唔好', standard: '不好', notBefore: '的吧嘅啊呀，。' },
  { dialect: '系', standard: '是', notBefore: '统列数带里主扣绳', notAfter: '关联体派维干谱直母学院数世嫡一' },
  { dialect: '晓得', standard: '知道' },
  { dialect: '啥子', standard: '啥' },
  { dialect: '么子', standard: '啥', notAfter: '什怎这那' },
  { dialect: '乜嘢', standard: '啥' },
  { dialect: '咩嘢', standard: '啥' },
  { dialect: '咋个', standard: '咋' },
  { dialect: '啷个', standard: '咋' },
  { dialect: '咁样', standard: '这样' },
  { dialect: '咁', standard: '这', before: '久多耐大贵快慢急' },
  { dialect: '咁', standard: '那' },
  { dialect: '呢个', standard: '这个' },
  { dialect: '呢度', standard: '这里' },
  { dialect: '点解', standard: '为啥' },
  { dialect: '几多', standard: '多少' },
  { dialect: '而家', standard: '现在' },
  { dialect: '得闲', standard: '有空' },
  { dialect: '搞掂', standard: '搞定' },
]

const BY_FIRST = byFirst(READINGS)

/** The longer reading goes first. */
function byFirst(readings: readonly Reading[]): ReadonlyMap<number, readonly Reading[]> {
  const map = new Map<number, Reading[]>()
  for (const reading of readings) {
    const first = reading.dialect.charCodeAt(0)
    map.set(first, [...(map.get(first) ?? []), reading].sort((a, b) => b.dialect.length - a.dialect.length))
  }
  return map
}

/** Characters that may begin a reading. */
export const DIALECT_STARTS: readonly number[] = [...BY_FIRST.keys()]

/** What the text says at this place, where it is written in dialect. */
export function dialectAt(text: string, at: number): Reading | undefined {
  return BY_FIRST.get(text.charCodeAt(at))?.find(({ dialect, before, notBefore, notAfter }) => {
    if (dialect.length > 1 && !text.startsWith(dialect, at)) return false
    const next = text[at + dialect.length] ?? ''
    if (before !== undefined && (next === '' || !before.includes(next))) return false
    if (notBefore !== undefined && next !== '' && notBefore.includes(next)) return false
    return notAfter === undefined || at === 0 || !notAfter.includes(text[at - 1])
  })
}
