import type { Call } from '@yuzhi/schemas'
import { Converter } from 'opencc-js/cn2t'
import { pinyin } from 'pinyin-pro'

const toTraditional = Converter({ from: 'cn', to: 'tw' })

/** What happens to transcripts on the way from the microphone, each by itself, reproducibly. */
export const WEARS: Readonly<Record<string, (call: Call) => Call>> = {
  homophones: (call) => eachText(call, (text, random) => replaceSome(text, 0.05, random, homophoneOf)),
  'no punctuation': (call) => eachText(call, (text) => text.replace(/[，。？！、；：,.?!;:]/gu, ' ').replace(/ +/gu, ' ').trim()),
  'split turns': splitTurns,
  'merged turns': mergeTurns,
  fillers: (call) => eachText(call, (text, random) => insertSome(text, 0.06, random, ['嗯', '呃', '啊', '那个'])),
  '5 % wrong characters': (call) => eachText(call, (text, random) => replaceSome(text, 0.05, random, (_, pick) => COMMON[Math.floor(pick * COMMON.length)])),
  '5 % of roles swapped': swapRoles,
  traditional: (call) => eachText(call, toTraditional),
  'full width': (call) => eachText(call, (text) => text.replace(/[!-~]/gu, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0))),
}

/** Frequent characters, for what a recogniser puts where it heard nothing well. */
const COMMON = '的一是了我不在人们有来他这上着个地到大里说就去子得也和那要下看天时过出小么起你都把好还多没为又可家学只以主会样年想生同老中从自面前头它后然走很像见两用她国动进成回什边作对开而己些现山民候经发工向事命给长水几义三声于高手知理眼志点心战二问但身方实吃做叫当住听革打呢真全才四已所敌之最光产情路分总条白话东席次亲如被花口放儿常气五第使写军吧文运再果怎定许快明行因别飞外树物活部门无往船望新带队先力完却站代员机更九您每风级跟笑啊孩万少直意夜比阶连车重便斗马哪化太指变社似士者干石满日决百原拿群究各六本思解立河村八难早论吗根共让相研今其书坐接应关信觉步反处记将千找争领或师结块跑谁草越字加脚紧爱等习阵怕月青半火法题建赶位唱海七女任件感准张团屋离色脸片科倒睛利世刚且由送切星导晚表够整认响雪流未场该并底深刻平伟忙提确近亮轻讲农古黑告界拉名呀土清阳照办史改历转画造嘴此治北必服雨穿内识验传业菜爬睡兴形量咱观苦体众通冲合破友度术饭公旁房极南枪读沙岁线野坚空收算至政城劳落钱特围弟胜教热展包歌类渐强数乡呼性音答哥际旧神座章帮啦受系令跳非何牛取入岸敢掉忽种装顶急林停息句区衣般报叶压慢叔背细'

function eachText(call: Call, change: (text: string, random: () => number) => string): Call {
  const random = seeded(call.call_id)
  return { ...call, turns: call.turns.map((turn) => ({ ...turn, text: turn.role === 'system' ? turn.text : change(turn.text, random) })) }
}

function replaceSome(text: string, share: number, random: () => number, by: (character: string, pick: number) => string): string {
  return Array.from(text, (character) => (/\p{Script=Han}/u.test(character) && random() < share ? by(character, random()) : character)).join('')
}

function insertSome(text: string, share: number, random: () => number, fillers: readonly string[]): string {
  return Array.from(text, (character) => (random() < share ? `${fillers[Math.floor(random() * fillers.length)]}${character}` : character)).join('')
}

function homophoneOf(character: string, pick: number): string {
  const alike = byPinyin().get(pinyin(character, { toneType: 'none' })) ?? [character]
  return alike[Math.floor(pick * alike.length)]
}

let homophones: Map<string, string[]> | undefined

function byPinyin(): Map<string, string[]> {
  if (homophones === undefined) {
    homophones = new Map()
    for (const character of new Set(COMMON)) {
      const sound = pinyin(character, { toneType: 'none' })
      homophones.set(sound, [...(homophones.get(sound) ?? []), character])
    }
  }
  return homophones
}

/** Long turns fall in two at their middle. */
function splitTurns(call: Call): Call {
  return {
    ...call,
    turns: call.turns.flatMap((turn) => {
      const { text, start_ms: start, end_ms: end } = turn
      if (text.length < 12) return [turn]
      const middle = Math.floor(text.length / 2)
      if (start === undefined || end === undefined) return [{ ...turn, text: text.slice(0, middle) }, { ...turn, text: text.slice(middle) }]
      const at = Math.round(start + ((end - start) * middle) / text.length)
      return [{ ...turn, text: text.slice(0, middle), end_ms: at }, { ...turn, text: text.slice(middle), start_ms: at }]
    }),
  }
}

/** Neighbouring turns of one speaker become one. */
function mergeTurns(call: Call): Call {
  const turns: Call['turns'] = []
  for (const turn of call.turns) {
    const last = turns.at(-1)
    if (last?.role === turn.role && turn.role !== 'system') turns[turns.length - 1] = { ...last, text: `${last.text} ${turn.text}`, ...(turn.end_ms === undefined ? {} : { end_ms: turn.end_ms }) }
    else turns.push(turn)
  }
  return { ...call, turns }
}

function swapRoles(call: Call): Call {
  const random = seeded(call.call_id)
  const other = { agent: 'customer', customer: 'agent', system: 'system' } as const
  return { ...call, turns: call.turns.map((turn) => (random() < 0.05 ? { ...turn, role: other[turn.role] } : turn)) }
}

/** Park and Miller's generator: the same call wears alike every time. */
function seeded(seed: string): () => number {
  let state = Array.from(seed).reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 2_147_483_647, 7) || 1
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}
