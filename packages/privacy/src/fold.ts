const SIMPLIFIED: Readonly<Record<string, string>> = {
  兩: '两', 號: '号', 碼: '码', 單: '单', 電: '电', 話: '话', 機: '机', 後: '后', 個: '个', 這: '这', 對: '对', 錯: '错', 說: '说', 點: '点', 訂: '订', 劃: '划', 線: '线', 編: '编', 條: '条', 蘇: '苏', 遼: '辽', 魯: '鲁', 贛: '赣', 滬: '沪',
  貴: '贵', 陝: '陕', 閩: '闽', 寧: '宁', 瓊: '琼', 雲: '云', 贏: '赢', 壹: '一', 貳: '二', 叁: '三', 參: '三', 肆: '四', 伍: '五', 陸: '六', 柒: '七', 捌: '八', 玖: '九', 〇: '零', '○': '零',
}

const TABLE = buildTable()

function buildTable(): Uint16Array {
  const table = new Uint16Array(0x10000)
  for (let code = 0; code < table.length; code++) {
    const unit = String.fromCharCode(code)
    const plain = unit.normalize('NFKC').toLowerCase()
    table[code] = (SIMPLIFIED[unit] ?? (plain.length === 1 ? plain : unit)).charCodeAt(0)
  }
  return table
}

/** The text as detectors read it, unit for unit: half width, lower case, simplified where numbers are concerned. */
export function fold(text: string): string {
  const units = new Array<number>(text.length)
  for (let i = 0; i < text.length; i++) units[i] = TABLE[text.charCodeAt(i)]
  let folded = ''
  for (let i = 0; i < units.length; i += PIECE) folded += String.fromCharCode(...units.slice(i, i + PIECE))
  return folded
}

/** As many arguments as a call surely takes. */
const PIECE = 4096
