/** A series with one strange stretch near its end, and the detectors that are shown with it. */
export interface StrangeSeries {
  /** Of the picture's file. */
  readonly name: string
  readonly title: string
  /** One list of numbers for each field. */
  readonly fields: readonly (readonly number[])[]
  /** First and last strange point. */
  readonly stretch: readonly [number, number]
  /** Names of detectors: those that find it, and those that do not. */
  readonly found: readonly string[]
  readonly missed: readonly string[]
}

const LENGTH = 2400

/** Numbers that are normally distributed, the same for the same seed: mulberry32, then Box and Muller. */
function noise(seed: number): () => number {
  let state = seed
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
}

function series(seed: number, value: (index: number, random: () => number) => number): number[] {
  const random = noise(seed)
  return Array.from({ length: LENGTH }, (_, index) => value(index, random))
}

const wave = (index: number, period: number): number => Math.sin((2 * Math.PI * index) / period)

/** A day of 48 points: a quiet night, and a rise with its peak in the afternoon. */
const day = (index: number): number => Math.max(0, wave((index % 48) - 14, 56)) ** 2

/** A beat of 40 points: a steep rise, and a slow fall. */
function beat(index: number, isBackwards = false): number {
  const phase = index % 40
  const at = isBackwards ? 39 - phase : phase
  return at < 4 ? at / 4 : Math.exp((4 - at) / 8)
}

function sensorFields(): number[][] {
  const random = noise(7)
  const speeds: number[] = []
  let speed = 0
  for (let index = 0; index < LENGTH; index++) {
    speed = 0.97 * speed + 0.24 * random()
    speeds.push(speed)
  }
  const power = speeds.map((value, index) => {
    const isOff = index >= 2260 && index < 2300
    return (isOff ? -0.5 * value : value) + 0.15 * random()
  })
  const heat = speeds.map((value) => 0.6 * value + 0.15 * random())
  return [speeds, power, heat]
}

/** One series for each kind of anomaly that the guide tells of. */
export const strangeSeries: readonly StrangeSeries[] = [
  {
    name: 'spike',
    title: 'A single value that is off, well within the range of all others',
    fields: [
      series(1, (index, random) => wave(index, 60) + 0.08 * random() + (index === 2280 ? 0.9 : 0)),
    ],
    stretch: [2280, 2280],
    found: ['seasonal', 'regression', 'knn'],
    missed: ['mad'],
  },
  {
    name: 'outside',
    title: 'A value such as never was',
    fields: [
      series(
        2,
        (index, random) => 0.5 * wave(index, 300) + 0.3 * random() + (index === 2270 ? 3 : 0),
      ),
    ],
    stretch: [2270, 2270],
    found: ['range', 'mad', 'pca'],
    missed: ['entropy'],
  },
  {
    name: 'level',
    title: 'Another level, and it stays',
    fields: [series(3, (index, random) => random() + (index >= 2260 ? 2 : 0))],
    stretch: [2260, LENGTH - 1],
    found: ['entropy', 'gaussian', 'mad'],
    missed: ['spectral'],
  },
  {
    name: 'missing-rise',
    title: 'A day without its rise',
    fields: [
      series(4, (index, random) => {
        const isMissing = index >= 2256 && index < 2304
        return (isMissing ? 0 : day(index)) + 0.05 * random()
      }),
    ],
    stretch: [2256, 2303],
    found: ['seasonal', 'profile', 'entropy'],
    missed: ['mad'],
  },
  {
    name: 'shape',
    title: 'A beat that runs backwards: no value is unusual, their order is',
    fields: [
      series(5, (index, random) => beat(index, index >= 2280 && index < 2320) + 0.03 * random()),
    ],
    stretch: [2280, 2319],
    found: ['profile', 'knn', 'seasonal'],
    missed: ['mad'],
  },
  {
    name: 'stuck',
    title: 'A sensor that is stuck at a usual value',
    fields: [series(6, (index, random) => (index >= 2260 && index < 2340 ? 0.3 : random()))],
    stretch: [2260, 2339],
    found: ['entropy'],
    missed: ['knn', 'seasonal', 'mad'],
  },
  {
    name: 'sensors',
    title: 'Speed, power and heat: power no longer follows the others',
    fields: sensorFields(),
    stretch: [2260, 2299],
    found: ['pca', 'sensors', 'regression'],
    missed: ['half-space'],
  },
]
