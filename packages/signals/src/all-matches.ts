/** What `text.matchAll` gives, of an expression with the flag g; without a copy of the expression for each text. */
export function allMatches(text: string, expression: RegExp): RegExpExecArray[] {
  const found: RegExpExecArray[] = []
  expression.lastIndex = 0
  for (let match = expression.exec(text); match !== null; match = expression.exec(text)) {
    found.push(match)
    if (match[0] === '') expression.lastIndex++
  }
  return found
}
