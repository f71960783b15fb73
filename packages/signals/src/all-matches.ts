/** What `text.matchAll` gives, of an expression with the flag g; without a copy of the expression for each text. */
export function allMatches(text: string, expression: RegExp): readonly RegExpExecArray[] {
  expression.lastIndex = 0
  let match = expression.exec(text)
  if (match === null) return NONE
  const found: RegExpExecArray[] = []
  for (; match !== null; match = expression.exec(text)) {
    found.push(match)
    if (match[0] === '') expression.lastIndex++
  }
  return found
}

const NONE: readonly RegExpExecArray[] = []
