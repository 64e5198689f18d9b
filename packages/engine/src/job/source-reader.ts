import type { InstanceScope } from '@millrace/sdk'
import type { SourceCounter } from '../report/counters.ts'
import type { PartLetters } from '../report/dead-letter-log.ts'
import type { SourceTask } from '../run/source-task.ts'
import type { Node } from './node.ts'

/** A source that is read here, or a worker of one. */
export interface SourceReader extends Node<SourceTask, SourceCounter> {
  readonly letters: PartLetters
  readonly scope: InstanceScope
}
