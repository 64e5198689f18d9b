import type {
  AbortResult,
  PrepareOptions,
  RecoverOptions,
  SinkBatch,
  SinkInstance,
  SinkToken,
  WriteResult,
} from '@millrace/sdk'
import type { CheckpointedFiles } from './checkpointed-files.ts'
import type { FileWriter } from './file-writer.ts'
import type { OutputSet } from './output-set.ts'

/** What the instances of the sink `file` are made of. */
export interface FileSinkParts {
  readonly writer: FileWriter
  readonly outputs: OutputSet
  readonly files: CheckpointedFiles
  /** Somebody may be reading along. */
  readonly isLive: boolean
  /** What is there already may be of an earlier run: `recover` says so. */
  readonly recovers: boolean
  /** Whether to open the file before there is a record for it. */
  readonly opensAtOnce: boolean
}

/** The sink for standard output, pipes and devices: what was written stays written. */
export class StreamSink implements SinkInstance {
  protected readonly parts: FileSinkParts
  /** Whoever reads along may take their time. */
  readonly untimed: boolean

  constructor(parts: FileSinkParts) {
    this.parts = parts
    this.untimed = parts.isLive
  }

  async open(): Promise<void> {
    const { opensAtOnce, recovers, writer } = this.parts
    if (opensAtOnce && !recovers) await writer.open()
  }

  write(batch: SinkBatch): WriteResult | Promise<WriteResult> {
    return this.parts.writer.write(batch)
  }

  flush(): Promise<void> {
    return this.parts.outputs.flush()
  }

  commit(_token?: SinkToken): Promise<void> {
    return this.parts.files.commitAll()
  }

  abort(): Promise<AbortResult> {
    return this.parts.files.abort()
  }

  /** After a commit there is nothing left to do; without one nothing may stay but what a checkpoint names. */
  async close(): Promise<void> {
    await this.parts.files.abort()
  }
}

/** The sink for files, which can be cut. */
export class FileSink extends StreamSink {
  /** Closes what is open and leaves it as it is: to a test, what the system does for a process that is killed. */
  letGo(): Promise<void> {
    return this.parts.outputs.release()
  }

  prepare(options: PrepareOptions): Promise<SinkToken> {
    return this.parts.files.prepare(options)
  }

  override commit(token?: SinkToken): Promise<void> {
    return token === undefined ? super.commit() : this.parts.files.commit(token)
  }

  async recover(token: SinkToken | undefined, options?: RecoverOptions): Promise<void> {
    const { files, opensAtOnce, writer } = this.parts
    // What `open` made, in case it could not know.
    await files.abort()
    if (options?.isBack === true) await files.goBack(token, options)
    else if (token !== undefined) await files.recover(token)
    if (token === undefined && opensAtOnce) await writer.open()
  }

  forget(token: SinkToken): Promise<void> {
    return this.parts.files.forget(token)
  }
}
