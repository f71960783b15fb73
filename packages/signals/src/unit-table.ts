const UNITS = Buffer.from(Uint16Array.from({ length: 0x10000 }, (_, unit) => unit).buffer).toString('utf16le')

/** UTF-16 units as a table: 1 where the expression (of one character) matches; asked at every place of a text. */
export function unitTable(expression: RegExp): Uint8Array {
  const table = new Uint8Array(0x10000)
  for (const { index } of UNITS.matchAll(new RegExp(expression, 'gu'))) table[index] = 1
  return table
}
