import type { Summary } from '@millrace/engine'
import { formatCount } from './quantity.ts'

/** A place whose counts do not add up. Empty means that every record is accounted for. */
export function imbalances(summary: Summary): string[] {
  const faults: string[] = []
  const check = (place: string, name: string, whole: number, parts: number): void => {
    if (whole === parts) return
    faults.push(`${place}: ${formatCount(whole)} ${name}, ${formatCount(parts)} accounted for`)
  }
  for (const source of summary.sources) {
    check(`source ${source.id}`, 'read', source.read, source.sent + source.malformed)
  }
  for (const stage of summary.stages) {
    const { used, filtered, late, dead, dropped, held } = stage
    check(`stage ${stage.id}`, 'in', stage.in, used + filtered + late + dead + dropped + held)
  }
  for (const sink of summary.sinks) {
    check(`sink ${sink.id}`, 'received', sink.received, sink.written + sink.rejected + sink.held)
  }
  return faults
}
