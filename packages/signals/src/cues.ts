/** Groups of characters, at most eight, each with a bit: to rule out cheaply what cannot be in a text. */
export class Cues<Group extends string> {
  /** The bit of each group. */
  readonly bits: Readonly<Record<Group, number>>
  private readonly groupsOf = new Uint8Array(0x10000)

  constructor(groups: Readonly<Record<Group, string>>) {
    const names = Object.keys(groups) as Group[]
    this.bits = Object.fromEntries(names.map((name, number) => [name, 1 << number])) as Record<Group, number>
    for (const name of names) for (const character of groups[name]) this.groupsOf[character.charCodeAt(0)] |= this.bits[name]
  }

  /** The bits of the groups of which `text` holds a character. */
  in(text: string): number {
    const { groupsOf } = this
    let found = 0
    for (let i = 0; i < text.length; i++) found |= groupsOf[text.charCodeAt(i)]
    return found
  }
}
