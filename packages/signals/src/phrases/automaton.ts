/**
 * Aho–Corasick over numbered symbols in a double array: one pass finds every literal of every rule,
 * so the cost of a text does not grow with the number of literals.
 * Aho & Corasick 1975; the array layout is Aoe's (1989).
 */
export class Automaton {
  private constructor(
    private readonly symbols: Uint16Array,
    private readonly base: Int32Array,
    private readonly check: Int32Array,
    private readonly fail: Int32Array,
    /** Nearest state on the fail path, itself included, where a literal ends; −1 for none. */
    private readonly ending: Int32Array,
    /** Literal that ends in a state, −1 for none. */
    private readonly literal: Int32Array,
  ) {}

  /** Literal `i` is `literals[i]`, a sequence of codes above 0; they must differ from each other. */
  static build(literals: readonly (readonly number[])[]): Automaton {
    const symbols = new Uint16Array(0x10000)
    let symbolCount = 0
    for (const literal of literals) {
      for (const code of literal) if (symbols[code] === 0) symbols[code] = ++symbolCount
    }
    const trie = buildTrie(literals, symbols)
    return layOut(trie, symbols, symbolCount)
  }

  /** @internal */
  static assemble(symbols: Uint16Array, base: Int32Array, check: Int32Array, fail: Int32Array, ending: Int32Array, literal: Int32Array): Automaton {
    return new Automaton(symbols, base, check, fail, ending, literal)
  }

  /** Calls `found(literal, end)` for every literal in the first `length` codes, in order of their ends. */
  scan(codes: Uint16Array, length: number, found: (literal: number, end: number) => void): void {
    const { symbols, base, check, fail, ending, literal } = this
    let state = 0
    for (let i = 0; i < length; i++) {
      const symbol = symbols[codes[i]]
      if (symbol === 0) {
        state = 0
        continue
      }
      let next = base[state] + symbol
      while (check[next] !== state) {
        if (state === 0) {
          next = 0
          break
        }
        state = fail[state]
        next = base[state] + symbol
      }
      state = next
      for (let at = ending[state]; at >= 0; at = ending[fail[at]]) found(literal[at], i + 1)
    }
  }
}

interface Node {
  children: Map<number, Node>
  literal: number
  state: number
}

function newNode(): Node {
  return { children: new Map(), literal: -1, state: 0 }
}

function buildTrie(literals: readonly (readonly number[])[], symbols: Uint16Array): Node {
  const root = newNode()
  for (const [index, literal] of literals.entries()) {
    let node = root
    for (const code of literal) {
      const symbol = symbols[code]
      let child = node.children.get(symbol)
      if (child === undefined) {
        child = newNode()
        node.children.set(symbol, child)
      }
      node = child
    }
    node.literal = index
  }
  return root
}

/** Slots of the double array, handed out first fit. */
class Slots {
  base = new Int32Array(1024)
  check = new Int32Array(1024).fill(-1)
  private firstFree = 1

  reserve(size: number): void {
    if (size <= this.check.length) return
    const length = Math.max(size, this.check.length * 2)
    const check = new Int32Array(length).fill(-1)
    check.set(this.check)
    const base = new Int32Array(length)
    base.set(this.base)
    this.check = check
    this.base = base
  }

  /** A base under which every symbol finds a free slot. */
  place(children: readonly number[], symbolCount: number): number {
    while (this.firstFree < this.check.length && this.check[this.firstFree] >= 0) this.firstFree++
    const [lowest] = children
    for (let base = Math.max(0, this.firstFree - lowest); ; base++) {
      this.reserve(base + symbolCount + 2)
      if (children.every((symbol) => this.check[base + symbol] < 0)) return base
    }
  }
}

function layOut(root: Node, symbols: Uint16Array, symbolCount: number): Automaton {
  const slots = new Slots()
  slots.check[0] = 0
  const order: Node[] = [root]
  const parents: number[] = [0]
  for (let i = 0; i < order.length; i++) {
    const node = order[i]
    const children = [...node.children.keys()].sort((a, b) => a - b)
    if (children.length === 0) continue
    const base = slots.place(children, symbolCount)
    slots.base[node.state] = base
    for (const symbol of children) {
      const child = node.children.get(symbol)
      if (child === undefined) continue
      child.state = base + symbol
      slots.check[child.state] = node.state
      order.push(child)
      parents.push(i)
    }
  }
  slots.reserve(slots.check.length + symbolCount + 2)
  return link(order, parents, slots, symbols)
}

function link(order: readonly Node[], parents: readonly number[], slots: Slots, symbols: Uint16Array): Automaton {
  const { base, check } = slots
  const fail = new Int32Array(check.length)
  const ending = new Int32Array(check.length).fill(-1)
  const literal = new Int32Array(check.length).fill(-1)
  for (let i = 1; i < order.length; i++) {
    const { state } = order[i]
    const parent = order[parents[i]].state
    const symbol = state - base[parent]
    let at = parent
    while (at !== 0) {
      at = fail[at]
      if (check[base[at] + symbol] === at && base[at] + symbol !== state) {
        fail[state] = base[at] + symbol
        break
      }
    }
    literal[state] = order[i].literal
    ending[state] = order[i].literal >= 0 ? state : ending[fail[state]]
  }
  // Leaves keep base 0: their slots are checked like any other, and no slot has a leaf as its parent.
  return Automaton.assemble(symbols, base, check, fail, ending, literal)
}
