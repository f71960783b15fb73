import stringWidth from 'string-width'

/** Rows as aligned columns; Chinese characters are two wide. The last column may be cut at `maxWidth`. */
export function renderTable(header: readonly string[], rows: readonly (readonly string[])[], maxWidth = Infinity): string {
  const widths = header.map((title, i) => Math.max(stringWidth(title), ...rows.map((row) => stringWidth(row[i]))))
  const line = (cells: readonly string[]): string =>
    cutToWidth(cells.map((cell, i) => (i === cells.length - 1 ? cell : cell + ' '.repeat(widths[i] - stringWidth(cell)))).join('  '), maxWidth)
  return [line(header), widths.map((width) => '─'.repeat(Math.min(width, 60))).join('  '), ...rows.map(line)].join('\n')
}

function cutToWidth(text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  let cut = ''
  for (const character of text) {
    if (stringWidth(cut + character) > width - 1) break
    cut += character
  }
  return `${cut}…`
}
