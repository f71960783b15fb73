/** How a dialect writes a word of the standard language, in as many characters. */
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
 * Shanghai. The longer reading goes first; one that reads as it is written keeps a shorter one from it.
 */
const READINGS: readonly Reading[] = [
  ...Object.entries({ 侬: '你', 俺: '我', 佢: '他', 哋: '们', 嘅: '的', 咗: '了', 喺: '在', 嚟: '来', 俾: '给', 畀: '给', 睇: '看', 攞: '拿', 啲: '些', 冇: '没', 嗰: '那', 咩: '啥', 乜: '啥', 覅: '别', 甭: '别' })
    .map(([dialect, standard]) => ({ dialect, standard })),
  { dialect: '恁', standard: '这', before: '多久长大慢贵快高远' },
  { dialect: '恁', standard: '你', notBefore: '么' },
  { dialect: '咧', standard: '了', notBefore: '咧嘴', notAfter: '咧' },
  { dialect: '哒', standard: '了', notAfter: '好是对行嗯么的' },
  { dialect: '冇得', standard: '没有' },
  { dialect: '没得', standard: '没有', notBefore: '到过罪分说挑' },
  { dialect: '莫得', standard: '没有', notBefore: '到过罪分说挑' },
  { dialect: '莫管家', standard: '莫管家' },
  { dialect: '莫', standard: '别', before: '急怪慌怕催着说讲再要来去走忘弄搞拿跟乱哭气担管动甩丢', notAfter: '约小老姓阿' },
  { dialect: '唔', standard: '不', before: '系会知得想识记紧够见到买同通差信敢舍觉肯要用怕能' },
  { dialect: '唔使', standard: '不用' },
  { dialect: '唔好意思', standard: '不好意思' },
  { dialect: '唔好', standard: '不要', notBefore: '的吧嘅啊呀，。' },
  { dialect: '系咪', standard: '是不' },
  { dialect: '系好安', standard: '系好安' },
  { dialect: '系', standard: '是', notBefore: '统列数带里主扣绳上紧着安鞋领', notAfter: '关联体派维干谱直母学院数世嫡一日德美韩车色水根父法语文机星带' },
  { dialect: '晓得', standard: '知道' },
  { dialect: '啥子', standard: '什么' },
  { dialect: '么子', standard: '什么', notAfter: '什怎这那' },
  { dialect: '乜嘢', standard: '什么' },
  { dialect: '咩嘢', standard: '什么' },
  { dialect: '咋个', standard: '怎么' },
  { dialect: '啷个', standard: '怎么' },
  { dialect: '咁样', standard: '这样' },
  { dialect: '咁', standard: '这', before: '久多耐大贵快慢急' },
  { dialect: '咁', standard: '那' },
  { dialect: '呢个', standard: '这个', notBefore: '人别性体税案' },
  { dialect: '呢度', standard: '这里', notBefore: '数假过' },
  { dialect: '点解', standard: '为啥', notBefore: '决释约绑锁除冻开封散答读', notAfter: '快早晚慢差有一两二三四五六七八九十几0123456789' },
  { dialect: '几多', standard: '多少' },
  { dialect: '而家', standard: '现在', notBefore: '里人属庭中电具长务' },
  { dialect: '得闲', standard: '有空', notAfter: '懒觉难显值' },
  { dialect: '唔得闲', standard: '没有空' },
  { dialect: '不得闲', standard: '没有空' },
  { dialect: '搞掂', standard: '搞定' },
]

const BY_FIRST = byFirst(READINGS)

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

/** What the text says at this place in the standard language, where it is written in dialect; as long as what it stands for. */
export function dialectAt(text: string, at: number): string | undefined {
  return BY_FIRST.get(text.charCodeAt(at))?.find(({ dialect, before, notBefore, notAfter }) => {
    if (dialect.length > 1 && !text.startsWith(dialect, at)) return false
    const next = text[at + dialect.length] ?? ''
    if (before !== undefined && (next === '' || !before.includes(next))) return false
    if (notBefore !== undefined && next !== '' && notBefore.includes(next)) return false
    return notAfter === undefined || at === 0 || !notAfter.includes(text[at - 1])
  })?.standard
}
