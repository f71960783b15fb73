/** A bit for each group of characters, by code unit: to rule out cheaply what cannot be in a text. */
export function cueTable(groups: readonly (readonly [bit: number, characters: string])[]): Uint8Array {
  const table = new Uint8Array(0x10000)
  for (const [bit, characters] of groups) for (const character of characters) table[character.charCodeAt(0)] |= bit
  return table
}

/** The bits of the groups of which `text` holds a character. */
export function cuesIn(text: string, table: Uint8Array): number {
  let cues = 0
  for (let i = 0; i < text.length; i++) cues |= table[text.charCodeAt(i)]
  return cues
}
