import { renderMessage, type TraceEntry } from '../simulate/trace.ts'

const LINES_MAX = 300

/** A trace as a Mermaid sequence diagram: what arrived, what was not handled by the end, what failed. */
export function renderDiagram(trace: readonly TraceEntry[]): string {
  const names = new Map<string, string>()
  const arrived = new Set(trace.flatMap((entry) => (entry.kind === 'receive' ? entry.cause : [])))
  const lines: string[] = []
  const nameOf = (path: string): string => {
    const known = names.get(path)
    if (known !== undefined) return known
    const name = `a${names.size}`
    names.set(path, name)
    return name
  }
  for (const [index, entry] of trace.entries()) {
    const { kind, from, actor, detail = '' } = entry
    const text = 'message' in entry ? escape(renderMessage(entry.message)) : ''
    if (kind === 'receive') {
      const sender = from === undefined ? nameOf(actor) : nameOf(from)
      lines.push(`${sender}->>${nameOf(actor)}: ${text}`)
    } else if (kind === 'send') {
      if (arrived.has(index)) continue
      lines.push(`${nameOf(from ?? 'outside')}--x${nameOf(actor)}: ${text} not handled`)
    } else if (kind !== 'time' && actor !== '') {
      lines.push(`Note over ${nameOf(actor)}: ${escape(`${kind} ${detail} ${text}`.trim())}`)
    }
  }
  const left = lines.length - LINES_MAX
  const shown = lines.slice(0, LINES_MAX)
  if (left > 0) shown.push(`Note over a0: and ${left} more`)
  const people = [...names].map(([path, name]) => `participant ${name} as ${shorten(path)}`)
  return ['sequenceDiagram', ...[...people, ...shown].map((line) => `  ${line}`)].join('\n')
}

/** What ends a line or starts an entity in Mermaid. */
function escape(text: string): string {
  return text.replaceAll('#', '#35;').replaceAll(';', ',').replaceAll('\n', ' ')
}

function shorten(path: string): string {
  return path.includes('/') ? path.slice(path.indexOf('/') + 1) : path
}
