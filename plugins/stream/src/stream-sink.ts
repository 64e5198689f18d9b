import { isMillraceError } from '@millrace/base'
import {
  type Batch,
  defineSink,
  type InstanceScope,
  type RecoverOptions,
  type Rejection,
  type SinkDefinition,
  type SinkInstance,
  type SinkToken,
  type WriteResult,
} from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { Database } from './store/database.ts'
import { STREAM_POSITION, STREAM_TOKEN } from './errors.ts'
import { toText } from './store/messages.ts'
import { makeStream } from './open-stream.ts'
import {
  addPrepared,
  commitPrepared,
  dropPrepared,
  lastEpoch,
  sealPrepared,
} from './store/prepared.ts'
import { readRetention, retain } from './store/retention.ts'
import { streamOf } from './store/stream-row.ts'
import { placeParameters, retentionParameter } from './stream-parameters.ts'
import { runtimeOf } from './stream-runtime.ts'
import { wake } from './wake.ts'

const parameters = z.strictObject({ ...placeParameters, retention: retentionParameter })

/** What the sink `stream` takes. */
export type StreamSinkParameters = z.output<typeof parameters>

/** Appends records to a stream. Those of a checkpoint appear at once, when it is durable, and once, whatever crashes. */
export const streamSink: SinkDefinition<StreamSinkParameters> = defineSink({
  name: 'stream',
  summary: 'Appends records to a durable stream of this machine.',
  parameters,
  main: 'name',
  guarantee:
    'Records appear in the stream once, all those of a checkpoint in one step when it is durable; without checkpoints all of them when the job is done, and none of a job that failed.',
  delivers: 'exactlyOnce',
  create: ({ parameters, ...scope }) => new StreamSink(parameters, scope),
})

interface Token extends SinkToken {
  readonly writer: string
  readonly epoch: number
}

class StreamSink implements SinkInstance {
  readonly #parameters: StreamSinkParameters
  readonly #scope: InstanceScope
  #db: Database | undefined
  #stream = { id: 0, name: '' }
  // Names what this sink prepares; a sink that goes on from a checkpoint takes the name of then.
  #writer: string
  #epoch = 1
  #number = 0

  constructor(parameters: StreamSinkParameters, scope: InstanceScope) {
    this.#parameters = parameters
    this.#scope = scope
    const part = (): string => Math.floor(scope.random() * 2 ** 48).toString(36)
    this.#writer = `${scope.id}-${part()}-${part()}`
  }

  async open(): Promise<void> {
    const { dir, name, retention } = this.#parameters
    const runtime = runtimeOf(this.#scope)
    const db = await Database.open(dir, runtime)
    this.#db = db
    const limits = retention && JSON.stringify(readRetention(retention))
    this.#stream = await makeStream(db, { name, create: true, limits, runtime })
  }

  async write(batch: Batch): Promise<WriteResult> {
    const rejected: Rejection[] = []
    const texts: string[] = []
    for (let index = 0; index < batch.length; index++) {
      try {
        texts.push(toText(batch.value(index), this.#stream.name))
      } catch (error) {
        if (!isMillraceError(error)) throw error
        rejected.push({ index, code: error.code, message: error.message, retry: false })
      }
    }
    const db = this.#open()
    const place = { stream: this.#stream.id, writer: this.#writer, epoch: this.#epoch }
    await db.write(() => addPrepared(db, { ...place, first: this.#number, texts }), 'relaxed')
    this.#number += texts.length
    return rejected.length === 0 ? undefined : { rejected }
  }

  async prepare(): Promise<Token> {
    const db = this.#open()
    const token = { writer: this.#writer, epoch: this.#epoch }
    await db.write(() => sealPrepared(db, { stream: this.#stream.id, ...token }))
    this.#epoch++
    this.#number = 0
    return token
  }

  async commit(token?: SinkToken): Promise<void> {
    const db = this.#open()
    const { writer, epoch } =
      token === undefined ? { writer: this.#writer, epoch: this.#epoch } : tokenOf(token)
    const now = this.#scope.clock.now()
    const stream = this.#stream
    await db.writeInSteps(function* () {
      yield* commitPrepared(db, { stream, writer, epoch, now })
      // Without checkpoints nobody will ever ask for it again.
      if (token === undefined) db.run('DELETE FROM writer WHERE id = ?', writer)
      retain(db, streamOf(db, stream.id, stream.name), now)
    })
    wake(db.path)
  }

  async recover(token: SinkToken | undefined, options?: RecoverOptions): Promise<void> {
    // What an earlier run wrote without a checkpoint that knows of it was never seen, and never will be.
    if (token === undefined) return
    const db = this.#open()
    const { writer, epoch } = tokenOf(token)
    const { name } = this.#stream
    const sealed = await db.read(() => lastEpoch(db, writer))
    if (sealed === undefined) throw STREAM_TOKEN({ path: db.path, stream: name })
    await this.commit(token)
    if (options?.isBack === true) {
      // Under its own name from now on: that of the savepoint has perhaps come further, and so has its run.
      if (sealed > epoch || (options.last?.['writer'] ?? writer) !== writer) {
        this.#scope.logger.warn(
          `The stream "${name}" keeps what the job appended behind the savepoint; records may stand in it twice.`,
        )
      }
      return
    }
    await db.write(() => dropPrepared(db, { writer, after: epoch }))
    this.#writer = writer
    this.#epoch = epoch + 1
  }

  /** What was kept for a checkpoint that nobody goes on from. */
  async forget(token: SinkToken): Promise<void> {
    const db = this.#open()
    await db.write(() => dropPrepared(db, { writer: tokenOf(token).writer, after: 0 }))
  }

  async abort(): Promise<{ discarded: number }> {
    const db = this.#db
    if (db === undefined) return { discarded: 0 }
    const after = this.#epoch - 1
    return { discarded: await db.write(() => dropPrepared(db, { writer: this.#writer, after })) }
  }

  close(): void {
    this.#db?.close()
  }

  #open(): Database {
    return this.#db as Database
  }
}

function tokenOf({ epoch, writer }: SinkToken): Token {
  if (typeof writer === 'string' && Number.isSafeInteger(epoch)) {
    return { writer, epoch: Number(epoch) }
  }
  throw STREAM_POSITION({ part: 'sink', got: JSON.stringify({ writer, epoch }) })
}
