import type { KeptCounts, SinkCounts, SourceCounts, StageCounts } from './summary.ts'
import { REASONS_MAX } from './sum-replicas.ts'
import type { Port } from '../run/port.ts'

/** Distinct reasons kept apart; a stage that puts record data into its reason must not grow without end. */
const REASONS_KEPT = 1000

/** Counts of one stage, while it runs. */
export class StageCounter {
  readonly id: string
  readonly module: string;
  in = 0
  used = 0
  filtered = 0
  late = 0
  dead = 0
  dropped = 0
  readonly metrics = new Map<string, number>()
  readonly #reasons = new Map<string, number>()
  #ports: readonly Port[] = []
  /** What the stage keeps now. */
  kept: () => KeptCounts = () => ({})
  /** Told of each time that it filters. */
  onFiltered: ((reason: string) => void) | undefined
  /** Told of each record that exits. */
  onExited: ((reason: string) => void) | undefined

  constructor(id: string, module: string) {
    this.id = id
    this.module = module
  }

  watch(ports: readonly Port[]): void {
    this.#ports = ports
  }

  filter(reason: string, count = 1): void {
    this.filtered += count
    this.onFiltered?.(reason)
    const kept = this.#reasons.has(reason) || this.#reasons.size < REASONS_KEPT
    const name = kept ? reason : 'other'
    this.#reasons.set(name, (this.#reasons.get(name) ?? 0) + count)
  }

  exit(reason: string): void {
    this.used++
    this.onExited?.(reason)
  }

  /** Goes on from what an earlier run had counted; `moreReasons` as it gave them. */
  load(counts: StageCounts, moreReasons: Readonly<Record<string, number>> = {}): void {
    this.in = counts.in
    this.used = counts.used
    this.filtered = counts.filtered
    this.late = counts.late
    this.dead = counts.dead
    this.dropped = counts.dropped
    for (const [reason, count] of Object.entries({ ...counts.reasons, ...moreReasons })) {
      this.#reasons.set(reason, count)
    }
    for (const port of this.#ports) port.sent = counts.sent[port.name] ?? 0
    loadMetrics(this.metrics, counts)
  }

  /** Reasons that a summary does not list; undefined: it lists all. */
  get moreReasons(): Readonly<Record<string, number>> | undefined {
    if (this.#reasons.size <= REASONS_MAX) return undefined
    return Object.fromEntries(this.#sorted().slice(REASONS_MAX))
  }

  #sorted(): [string, number][] {
    return [...this.#reasons].toSorted((a, b) => b[1] - a[1])
  }

  snapshot(): StageCounts {
    const reasons = this.#sorted().slice(0, REASONS_MAX)
    return {
      id: this.id,
      module: this.module,
      in: this.in,
      used: this.used,
      filtered: this.filtered,
      late: this.late,
      dead: this.dead,
      dropped: this.dropped,
      held: this.in - this.used - this.filtered - this.late - this.dead - this.dropped,
      sent: Object.fromEntries(this.#ports.map((port) => [port.name, port.sent])),
      reasons: Object.fromEntries(reasons),
      metrics: Object.fromEntries(this.metrics),
      ...this.kept(),
    }
  }
}

/** Counts of one source, while it runs. */
export class SourceCounter {
  readonly id: string
  readonly module: string
  read = 0
  malformed = 0
  bytes = 0
  bytesTotal: number | undefined
  readonly metrics = new Map<string, number>()

  constructor(id: string, module: string) {
    this.id = id
    this.module = module
  }

  /** Goes on from what an earlier run had counted. */
  load(counts: SourceCounts): void {
    this.read = counts.read
    this.malformed = counts.malformed
    this.bytes = counts.bytes
    loadMetrics(this.metrics, counts)
  }

  snapshot(): SourceCounts {
    return {
      id: this.id,
      module: this.module,
      read: this.read,
      sent: this.read - this.malformed,
      malformed: this.malformed,
      bytes: this.bytes,
      bytesTotal: this.bytesTotal,
      metrics: Object.fromEntries(this.metrics),
    }
  }
}

/** Counts of one sink, while it runs. */
export class SinkCounter {
  readonly id: string
  readonly module: string
  received = 0
  written = 0
  rejected = 0
  readonly metrics = new Map<string, number>()

  constructor(id: string, module: string) {
    this.id = id
    this.module = module
  }

  /** Goes on from what an earlier run had counted. */
  load(counts: SinkCounts): void {
    this.received = counts.received
    this.written = counts.written
    this.rejected = counts.rejected
    loadMetrics(this.metrics, counts)
  }

  snapshot(): SinkCounts {
    return {
      id: this.id,
      module: this.module,
      received: this.received,
      written: this.written,
      rejected: this.rejected,
      held: this.received - this.written - this.rejected,
      metrics: Object.fromEntries(this.metrics),
    }
  }
}

function loadMetrics(
  metrics: Map<string, number>,
  { metrics: counted = {} }: { readonly metrics?: Readonly<Record<string, number>> | undefined },
): void {
  for (const [name, count] of Object.entries(counted)) metrics.set(name, count)
}
