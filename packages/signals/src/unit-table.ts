/** UTF-16 units as a table: 1 where the expression (of one character) matches; asked at every place of a text. */
export function unitTable(expression: RegExp): Uint8Array {
  return Uint8Array.from({ length: 0x10000 }, (_, unit) => (expression.test(String.fromCharCode(unit)) ? 1 : 0))
}
