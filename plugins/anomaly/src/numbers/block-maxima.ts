/** What block maxima keep, as plain data. */
export interface BlockMaximaData {
  /** The largest numbers of each block, the oldest block first, those of one block together. */
  readonly maxima: Float32Array
  /** How many numbers a block has now. */
  readonly length: number
  /** Of the block that is not full yet: how many it has, and the largest. */
  readonly count: number
  readonly most: Float32Array
  readonly learnt: number
  readonly means: Float64Array
}

/** So many blocks are kept; the first ones have so many numbers. */
const BLOCKS = 32
const FIRST = 8
/** With fewer blocks nothing is told. */
const BLOCKS_LEAST = 3
/** Of what is kept this share is forgotten where blocks become longer: what was learnt while nothing was known yet says least. */
const FORGOTTEN = 0.25
/** The largest quarter of the blocks is the tail. */
const TAIL_SHARE = 0.25
/** By how much the tail falls by e, as is expected beforehand, and as many blocks as that counts for. */
const SLOPE_PRIOR = 0.3
const PRIOR_WEIGHT = 4
const SLOPE_LEAST = 0.02
const none = new Float32Array(0)

/** -log10 p of what is no more than the mean. */
const USUAL = 0.3

/**
 * Tells how rare numbers are, several dimensions side by side, by the largest numbers of the last 32 blocks. Blocks have 8 numbers at
 * first and become twice as long each time that there are 32 of them, until they speak of `memory` numbers; then the oldest goes. So what
 * comes once in a thousand numbers is known for that, and kept apart from what never came. Beyond the largest, p falls by e for as much
 * as the largest quarter lies above the rest on average: an exponential tail, which of logarithms is a Pareto tail (Hill, 1975).
 * Memory: 140 bytes for each dimension, and 24; alive twice that.
 */
export class BlockMaxima {
  readonly #dimensions: number
  readonly #memory: number
  readonly #longest: number
  /** Block by block, once around; empty as long as there is none. */
  #maxima = none
  #blocks = 0
  #next = 0
  #length = FIRST
  #count = 0
  readonly #most: Float32Array
  #learnt = 0
  readonly #means: Float64Array
  /** Of each dimension its maxima in order of size. */
  #sorted = none
  readonly #slopes: Float64Array
  /** Surprise where so many of the blocks have a number as large. */
  readonly #surprises = new Float64Array(BLOCKS + 1)
  #ofMost = 0

  constructor(dimensions: number, memory: number) {
    this.#dimensions = dimensions
    this.#memory = memory
    this.#longest = Math.ceil(memory / BLOCKS)
    this.#most = new Float32Array(dimensions).fill(-Infinity)
    this.#means = new Float64Array(dimensions)
    this.#slopes = new Float64Array(dimensions)
  }

  /** At most so many bytes has a snapshot. */
  static bytes(dimensions: number): number {
    return 4 * (BLOCKS + 1) * dimensions + 8 * dimensions + 24
  }

  /** -log10 of the share of numbers that are as large in that dimension: at least 0, never falls where the number rises. NaN at first. */
  surprise(number: number, dimension: number): number {
    const blocks = this.#blocks
    if (blocks < BLOCKS_LEAST) return Number.NaN
    const sorted = this.#sorted
    const from = dimension * BLOCKS
    const value = Math.fround(number)
    const least = sorted[from] as number
    if (value <= least) return this.#belowAll(value, least, dimension)
    let below = 1
    while (below < blocks && (sorted[from + below] as number) < value) below++
    if (below === blocks) {
      const beyond = value - (sorted[from + blocks - 1] as number)
      return (this.#surprises[1] as number) + beyond / (this.#slopes[dimension] as number)
    }
    const low = sorted[from + below - 1] as number
    const high = sorted[from + below] as number
    const lower = this.#surprises[blocks - below + 1] as number
    const higher = this.#surprises[blocks - below] as number
    return lower + ((value - low) / (high - low)) * (higher - lower)
  }

  /** Learns a number of each dimension. */
  learn(numbers: Float64Array): void {
    this.#learnt++
    const rate = Math.max(1 / this.#learnt, 1 / this.#memory)
    for (let k = 0; k < this.#dimensions; k++) {
      const number = Math.fround(numbers[k] as number)
      const mean = this.#means[k] as number
      this.#means[k] = mean + rate * (number - mean)
      if (number > (this.#most[k] as number)) this.#most[k] = number
    }
    this.#count++
    if (this.#count < this.#length) return
    this.#make()
    this.#maxima.set(this.#most, this.#next * this.#dimensions)
    this.#next++
    this.#blocks = Math.max(this.#blocks, this.#next)
    this.#most.fill(-Infinity)
    this.#count = 0
    if (this.#next === BLOCKS) this.#turn()
    this.#fit()
  }

  snapshot(): BlockMaximaData {
    return {
      maxima: this.#inOrder(),
      length: this.#length,
      count: this.#count,
      most: this.#most.slice(),
      learnt: this.#learnt,
      means: this.#means.slice(),
    }
  }

  restore({ maxima, length, count, most, learnt, means }: BlockMaximaData): void {
    this.#blocks = maxima.length / this.#dimensions
    this.#next = this.#blocks === BLOCKS ? 0 : this.#blocks
    if (maxima.length > 0) this.#make()
    this.#maxima.set(maxima)
    this.#length = length
    this.#count = count
    this.#most.set(most)
    this.#learnt = learnt
    this.#means.set(means)
    this.#fit()
  }

  #make(): void {
    if (this.#maxima.length > 0) return
    this.#maxima = new Float32Array(BLOCKS * this.#dimensions)
    this.#sorted = new Float32Array(BLOCKS * this.#dimensions)
  }

  /** The oldest block first. */
  #inOrder(): Float32Array {
    const dimensions = this.#dimensions
    if (this.#blocks < BLOCKS) return this.#maxima.slice(0, this.#blocks * dimensions)
    const from = this.#next * dimensions
    const ordered = new Float32Array(this.#maxima.length)
    ordered.set(this.#maxima.subarray(from))
    ordered.set(this.#maxima.subarray(0, from), ordered.length - from)
    return ordered
  }

  /** All places are taken: blocks become twice as long, or the oldest one is overwritten. */
  #turn(): void {
    this.#next = 0
    if (this.#length >= this.#longest) return
    const dimensions = this.#dimensions
    const maxima = this.#maxima
    for (let block = FORGOTTEN * BLOCKS; block < BLOCKS; block += 2) {
      for (let k = 0; k < dimensions; k++) {
        const first = maxima[block * dimensions + k] as number
        const second = maxima[(block + 1) * dimensions + k] as number
        maxima[this.#next * dimensions + k] = Math.max(first, second)
      }
      this.#next++
    }
    this.#blocks = this.#next
    this.#length *= 2
  }

  #fit(): void {
    const blocks = this.#blocks
    const tail = Math.min(Math.max(Math.round(TAIL_SHARE * blocks), 1), blocks - 1)
    for (let k = 0; k < this.#dimensions; k++) {
      this.#sort(k)
      const end = k * BLOCKS + blocks
      const rest = this.#sorted[end - tail - 1] as number
      let sum = 0
      for (let at = end - tail; at < end; at++) sum += (this.#sorted[at] as number) - rest
      const slope = (sum + PRIOR_WEIGHT * SLOPE_PRIOR) / (tail + PRIOR_WEIGHT)
      this.#slopes[k] = Math.max(slope, SLOPE_LEAST) * Math.LN10
    }
    for (let some = 1; some <= blocks; some++) this.#surprises[some] = this.#surpriseOf(some)
    this.#ofMost = Math.max(this.#surpriseOf(blocks + 0.5), USUAL)
  }

  #sort(dimension: number): void {
    const sorted = this.#sorted
    const from = dimension * BLOCKS
    for (let block = 0; block < this.#blocks; block++) {
      const number = this.#maxima[block * this.#dimensions + dimension] as number
      let at = from + block
      for (; at > from && (sorted[at - 1] as number) > number; at--) {
        sorted[at] = sorted[at - 1] as number
      }
      sorted[at] = number
    }
  }

  /** Surprise at one number, where so many of the blocks, it counted in, have one as large: 1 - (1 - p) ** (1 / length) of their p. */
  #surpriseOf(blocks: number): number {
    const share = blocks / (this.#blocks + 1)
    return -Math.log10(-Math.expm1(Math.log1p(-share) / this.#length))
  }

  /** Of what is in every block only the mean tells how usual it is. */
  #belowAll(value: number, least: number, dimension: number): number {
    const mean = this.#means[dimension] as number
    if (value <= mean) return USUAL / (1 + mean - value)
    return USUAL + (this.#ofMost - USUAL) * ((value - mean) / (least - mean))
  }
}
