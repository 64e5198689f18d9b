import { Deserializer, Serializer } from 'node:v8'
import type { Column } from '../threads/column.ts'
import type { LinkMessage } from '../threads/link-message.ts'

/** What goes between the process of a job and one of its workers: who it is for, or of, and what it is. */
export interface Parcel {
  readonly peer: number
  /** Of a link, or all the rest in bytes. */
  readonly content: LinkMessage | Uint8Array
}

/**
 * Makes a parcel of it. Node's own way to another process makes views of one buffer of all that come there, and Buffers of Buffers: what users
 * may keep goes in bytes of its own, as `structuredClone` has it. Columns, which nobody keeps, go the fast way. Throws what cannot be copied.
 */
export function pack(peer: number, message: object): Parcel {
  if (!isOfLink(message)) return { peer, content: toBytes(message) }
  const content = changed(message, (items) => (items.some(isObject) ? toBytes(items) : items))
  return { peer, content }
}

/** The message again. */
export function unpack({ content }: Parcel): unknown {
  if (content instanceof Uint8Array) return fromBytes(content)
  return changed(content, (items) => (items instanceof Uint8Array ? fromBytes(items) : items))
}

function changed(message: LinkMessage, change: (items: readonly unknown[]) => unknown) {
  if (message.kind !== 'batch') return message
  const { batch } = message
  return { ...message, batch: { ...batch, values: changedColumn(batch.values, change) } }
}

/** The same column with other lists in the place of those that are no columns. */
function changedColumn(column: Column, change: (items: readonly unknown[]) => unknown): Column {
  switch (column.kind) {
    case 'items':
      // Bytes, between both sides.
      return { ...column, items: change(column.items) as readonly unknown[] }
    case 'records':
      return { ...column, columns: column.columns.map((one) => changedColumn(one, change)) }
    case 'mixed':
      return { ...column, parts: column.parts.map((one) => changedColumn(one, change)) }
    default:
      return column
  }
}

function isOfLink(message: object): message is LinkMessage {
  return 'link' in message
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function toBytes(value: unknown): Uint8Array {
  const serializer = new Serializer()
  serializer.writeHeader()
  serializer.writeValue(value)
  return serializer.releaseBuffer()
}

function fromBytes(bytes: Uint8Array): unknown {
  const deserializer = new Deserializer(bytes)
  deserializer.readHeader()
  return deserializer.readValue()
}
