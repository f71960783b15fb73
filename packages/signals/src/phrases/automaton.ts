/**
 * Aho–Corasick over numbered symbols in a double array: one pass finds every literal of every rule,
 * so the cost of a text does not grow with the number of literals.
 * Aho & Corasick 1975; the array layout is Aoe's (1989).
 */
export class Automaton {
  private constructor(
    private readonly symbols: Uint16Array,
    /** Four a state, side by side for the processor's cache: base, check, fail, ending. */
    private readonly states: Int32Array,
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
    const { states, literal } = layOut(trie, symbolCount)
    return new Automaton(symbols, states, literal)
  }

  /** Calls `found(literal, end)` for every literal in the first `length` codes, in order of their ends. */
  scan(codes: Uint16Array, length: number, found: (literal: number, end: number) => void): void {
    const { symbols, states, literal } = this
    let state = 0
    for (let i = 0; i < length; i++) {
      const symbol = symbols[codes[i]]
      if (symbol === 0) {
        state = 0
        continue
      }
      let next = states[state << 2] + symbol
      while (states[(next << 2) + CHECK] !== state) {
        if (state === 0) {
          next = 0
          break
        }
        state = states[(state << 2) + FAIL]
        next = states[state << 2] + symbol
      }
      state = next
      for (let at = states[(state << 2) + ENDING]; at >= 0; at = states[(states[(at << 2) + FAIL] << 2) + ENDING]) found(literal[at], i + 1)
    }
  }
}

const CHECK = 1
const FAIL = 2
/** Nearest state on the fail path, itself included, where a literal ends; −1 for none. */
const ENDING = 3

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

function layOut(root: Node, symbolCount: number): { states: Int32Array; literal: Int32Array } {
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
  return link(order, parents, slots)
}

function link(order: readonly Node[], parents: readonly number[], slots: Slots): { states: Int32Array; literal: Int32Array } {
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
  const states = new Int32Array(check.length * 4)
  for (let state = 0; state < check.length; state++) states.set([base[state], check[state], fail[state], ending[state]], state * 4)
  return { states, literal }
}
