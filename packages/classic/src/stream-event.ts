/** What is published. */
export interface EventInput<T = unknown> {
  /** Default: the stream and a number. */
  readonly id?: string | undefined
  readonly type: string
  readonly data: T
  /** When it happened: a Date or epoch ms. Default: the clock. */
  readonly eventTime?: number | Date | undefined
}

/** An event of a stream. Immutable, and shared by all who see it. */
export class StreamEvent<T = unknown> {
  readonly id: string
  readonly type: string
  readonly data: T
  /** When it happened, epoch ms. */
  readonly eventTime: number
  /** When it was published, epoch ms. */
  readonly processingTime: number

  constructor(fields: {
    readonly id: string
    readonly type: string
    readonly data: T
    readonly eventTime: number
    readonly processingTime: number
  }) {
    this.id = fields.id
    this.type = fields.type
    this.data = fields.data
    this.eventTime = fields.eventTime
    this.processingTime = fields.processingTime
    Object.freeze(this)
  }

  /** The event with its times as ISO 8601 texts. */
  toJSON(): {
    readonly id: string
    readonly type: string
    readonly data: T
    readonly eventTime: string
    readonly processingTime: string
  } {
    return {
      id: this.id,
      type: this.type,
      data: this.data,
      eventTime: new Date(this.eventTime).toISOString(),
      processingTime: new Date(this.processingTime).toISOString(),
    }
  }
}
