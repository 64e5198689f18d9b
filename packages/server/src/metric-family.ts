/** Values of labels by name; those that are undefined are left out. */
export type Labels = Readonly<Record<string, string | undefined>>

/** One value of a family. */
export interface Sample {
  readonly labels: Labels
  readonly value: number
  /** Of a histogram: `_bucket`, `_sum` or `_count`. */
  readonly suffix?: string | undefined
}

/** Values of one kind and unit, told apart by labels. */
export interface MetricFamily {
  /** Such as `millrace_source_read_records_total`; base units, counters end in `_total`. */
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** One sentence. */
  readonly help: string
  readonly samples: readonly Sample[]
}

/** What a server must call the text of `renderFamilies`. */
export const expositionType = 'text/plain; version=0.0.4; charset=utf-8'

/** Prometheus text, format 0.0.4. Families without a sample are left out. */
export function renderFamilies(families: readonly MetricFamily[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(({ help, name, samples, type }) => {
      const lines = samples.map(
        ({ labels, suffix = '', value }) =>
          `${name}${suffix}${renderLabels(labels)} ${number(value)}\n`,
      )
      return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n${lines.join('')}`
    })
    .join('')
}

function renderLabels(labels: Labels): string {
  const pairs = Object.entries(labels).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}="${escapeLabel(value)}"`],
  )
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function escapeLabel(text: string): string {
  // Half a character is no UTF-8, and a zero ends the text for readers written in C's manner.
  const whole = text.toWellFormed().replaceAll('\0', '\uFFFD')
  return escapeHelp(whole).replaceAll('"', '\\"')
}

function number(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value)
}
