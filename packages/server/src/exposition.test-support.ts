// A strict reader of Prometheus text 0.0.4, written from the description of the format and sharing nothing with its writer.

/** A family as a reader sees it. */
export interface ReadFamily {
  readonly type: string
  readonly help: string
  readonly samples: readonly ReadSample[]
}

export interface ReadSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

interface Open {
  readonly name: string
  readonly help: string
  readonly type: string
  readonly samples: ReadSample[]
}

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const labelName = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*/
const float = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]Inf|NaN)$/
const types = new Set(['counter', 'gauge', 'histogram'])

/** Reads a whole text; throws at the first thing that the format, or a careful scraper, does not allow. */
export function readExposition(text: string): ReadonlyMap<string, ReadFamily> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end')
  const families = new Map<string, Open>()
  const seen = new Set<string>()
  let current: Open | undefined
  let help: readonly [name: string, text: string] | undefined
  for (const line of text.slice(0, -1).split('\n')) {
    if (line.startsWith('# HELP ')) {
      if (help !== undefined) throw new Error(`two HELP in a row: ${line}`)
      const [name = '', ...rest] = line.slice('# HELP '.length).split(' ')
      help = [name, unescape(rest.join(' '), { '\\': '\\', n: '\n' })]
    } else if (line.startsWith('# TYPE ')) {
      const [name = '', type = '', ...rest] = line.slice('# TYPE '.length).split(' ')
      if (help?.[0] !== name) throw new Error(`TYPE without HELP in front: ${line}`)
      if (!metricName.test(name) || !types.has(type) || rest.length > 0)
        throw new Error(`bad TYPE: ${line}`)
      if (families.has(name)) throw new Error(`${name} comes twice`)
      if ((type === 'counter') !== name.endsWith('_total')) throw new Error(`${name} is a ${type}`)
      current = { name, help: help[1], type, samples: [] }
      families.set(name, current)
      help = undefined
    } else {
      if (current === undefined || help !== undefined) throw new Error(`a sample alone: ${line}`)
      const sample = readSample(line)
      checkMember(sample, current)
      const identity = `${sample.name} ${identityOf(sample.labels)}`
      if (seen.has(identity)) throw new Error(`a sample comes twice: ${line}`)
      seen.add(identity)
      current.samples.push(sample)
    }
  }
  if (help !== undefined) throw new Error('HELP without TYPE')
  for (const family of families.values()) checkFamily(family)
  return families
}

/** The same for labels that are the same, in whatever order they stand. */
export function identityOf(labels: ReadSample['labels']): string {
  const names = Object.keys(labels).toSorted((a, b) => (a < b ? -1 : 1))
  return JSON.stringify(names.map((name) => [name, labels[name]]))
}

function readSample(line: string): ReadSample {
  const name = /^[a-zA-Z_:][a-zA-Z0-9_:]*/.exec(line)?.[0]
  if (name === undefined) throw new Error(`no metric name: ${line}`)
  const labels: Record<string, string> = {}
  let rest = line.slice(name.length)
  if (rest.startsWith('{')) {
    rest = rest.slice(1)
    while (!rest.startsWith('}')) {
      const label = labelName.exec(rest)?.[0]
      const quoted = /^="((?:[^"\\\n]|\\.)*)"/.exec(rest.slice(label?.length))
      if (label === undefined || quoted === null) throw new Error(`bad labels: ${line}`)
      if (Object.hasOwn(labels, label)) throw new Error(`${label} comes twice: ${line}`)
      // No plain assignment: a label may be called like a member of objects.
      Object.defineProperty(labels, label, {
        value: unescape(quoted[1] ?? '', { '\\': '\\', '"': '"', n: '\n' }),
        enumerable: true,
      })
      rest = rest.slice(label.length + quoted[0].length)
      if (rest.startsWith(',') && labelName.test(rest.slice(1))) rest = rest.slice(1)
      else if (!rest.startsWith('}')) throw new Error(`bad labels: ${line}`)
    }
    rest = rest.slice(1)
  }
  const value = rest.slice(1)
  if (!rest.startsWith(' ') || !float.test(value)) throw new Error(`bad value: ${line}`)
  return { name, labels, value: Number(value.replace('Inf', 'Infinity')) }
}

function unescape(text: string, known: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\\(.?)/g, (_, sign: string) => {
    const meant = known[sign]
    if (meant === undefined) throw new Error(`unknown escape \\${sign}`)
    return meant
  })
}

function checkMember({ labels, name }: ReadSample, family: Open): void {
  const suffixes = family.type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']
  const suffix = suffixes.find((one) => name === family.name + one)
  if (suffix === undefined) throw new Error(`${name} stands under ${family.name}`)
  if (Object.hasOwn(labels, 'le') !== (suffix === '_bucket')) throw new Error(`le of ${name}`)
}

function checkFamily({ name, samples, type }: Open): void {
  if (samples.length === 0) throw new Error(`${name} has no sample`)
  if (type === 'counter') {
    for (const { value } of samples) if (!(value >= 0)) throw new Error(`${name} is ${value}`)
  }
  if (type !== 'histogram') return
  const buckets = samples.filter((sample) => sample.name.endsWith('_bucket'))
  const bounds = buckets.map(({ labels }) => Number(labels['le']?.replace('Inf', 'Infinity')))
  const counts = buckets.map(({ value }) => value)
  const grows = (list: readonly number[]): boolean =>
    list.every((one, index) => index === 0 || one >= (list[index - 1] as number))
  const count = samples.find((sample) => sample.name.endsWith('_count'))?.value
  if (!grows(bounds) || !grows(counts)) throw new Error(`buckets of ${name} do not grow`)
  if (bounds.at(-1) !== Number.POSITIVE_INFINITY || counts.at(-1) !== count)
    throw new Error(`${name} does not count everything`)
}
