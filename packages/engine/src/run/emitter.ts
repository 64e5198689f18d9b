import type { OutputHandle } from '@millrace/sdk'
import type { Outbox } from './outbox.ts'
import type { Port } from './port.ts'
import { NO_ROW } from './record-batch.ts'

/** Most records one record may emit. */
const EMIT_MAX = 100_000

/** Puts emissions on ports with time, watermark and origin of the record in hand. */
export class Emitter {
  readonly limit: number
  timestamp = Number.NEGATIVE_INFINITY
  /** The stage's watermark. */
  mark = Number.NEGATIVE_INFINITY
  row = NO_ROW
  /** Emissions of the record in hand. */
  count = 0
  /** The record in hand emitted more than the limit. */
  overflowed = false
  /** False while no record is in hand and no hook runs: what is emitted then is lost, and must not join the next record. */
  active = false
  /** In a hook there is no limit. */
  unlimited = false

  constructor(limit: number = EMIT_MAX) {
    this.limit = limit
  }

  emit(port: Port, value: unknown, timestamp: number): void {
    if (!this.active) return
    if (++this.count > this.limit && !this.unlimited) {
      this.overflowed = true
      return
    }
    port.push(value, timestamp, this.mark, this.row)
  }

  /** The next record is in hand. */
  begin(timestamp: number, row: number): void {
    this.timestamp = timestamp
    this.row = row
    this.count = 0
    this.overflowed = false
    this.unlimited = false
    this.active = true
  }

  /** Those of the declared outputs, by name. */
  handles({ dead, ports }: Outbox, exit: Port | undefined): Readonly<Record<string, OutputHandle>> {
    const declared = ports.filter((port) => port !== dead && port !== exit)
    return Object.fromEntries(declared.map((port) => [port.name, this.handle(port)]))
  }

  handle(port: Port): OutputHandle {
    return {
      isRead: port.outlets.length > 0,
      emit: (value, options) => this.emit(port, value, options?.timestamp ?? this.timestamp),
    }
  }
}
