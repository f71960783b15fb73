/** A text as the weights of its grams: parallel arrays, ready for dot products; the length is 1. */
export interface SparseVector {
  grams: Int32Array
  weights: Float64Array
}

export interface Sample {
  vector: SparseVector
  /** +1 or −1 */
  label: number
  /** How much an error on it costs. */
  cost: number
}

const EPOCHS = 10
/** A sample this far on its side of the margin, without weight, is left alone from then on. */
const SETTLED = 0.5

/**
 * Linear classifier by dual coordinate descent on the squared hinge loss (Hsieh et al. 2008,
 * LIBLINEAR's solver 1), bias included. Only + − × ÷ in a fixed order: the same samples give the
 * same bits on every machine. Returns `grams + 1` weights, the last one the bias.
 */
export function trainClassifier(samples: readonly Sample[], grams: number): Float64Array {
  const weights = new Float64Array(grams + 1)
  const duals = new Float64Array(samples.length)
  const order = Uint32Array.from(samples, (_, i) => i)
  const random = pseudoRandom(20_240_501)
  const settled = new Uint8Array(samples.length)
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    shuffle(order, random)
    for (const i of order) {
      if (settled[i] === 1) continue
      const { vector, label, cost } = samples[i]
      const diagonal = 1 / (2 * cost)
      const gradient = label * (dot(weights, vector) + weights[grams]) - 1 + diagonal * duals[i]
      if (epoch > 1 && duals[i] === 0 && gradient > SETTLED) settled[i] = 1
      const updated = Math.max(0, duals[i] - gradient / (2 + diagonal))
      const change = (updated - duals[i]) * label
      if (change === 0) continue
      duals[i] = updated
      add(weights, vector, change)
      weights[grams] += change
    }
  }
  return weights
}

export function dot(weights: Float64Array, { grams, weights: values }: SparseVector): number {
  let sum = 0
  for (let i = 0; i < grams.length; i++) sum += weights[grams[i]] * values[i]
  return sum
}

function add(weights: Float64Array, { grams, weights: values }: SparseVector, factor: number): void {
  for (let i = 0; i < grams.length; i++) weights[grams[i]] += factor * values[i]
}

/** Linear congruential generator (Numerical Recipes): a fixed sequence in [0, 1). */
function pseudoRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 0x100000000
  }
}

function shuffle(order: Uint32Array, random: () => number): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const swapped = order[i]
    order[i] = order[j]
    order[j] = swapped
  }
}
