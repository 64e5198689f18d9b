import type { ActorRef } from '@millrace/core'
import { crashed } from '../run/crashed.ts'
import { DUE } from '../run/due.ts'
import type { StageMessage } from '../run/stage-part.ts'
import type { Cells } from './cells.ts'
import type { Node } from './node.ts'

/** A stage or sink. */
interface Opened {
  open(): Promise<void>
  receive(message: StageMessage): void | Promise<void>
}

/** Opens a stage or sink in a cell of its own, which then takes what comes on its edges. Rejects with what `open` threw. */
export async function openPart(
  { edges, id, task, timerError, timers }: Node<Opened, unknown>,
  cells: Cells,
): Promise<ActorRef<StageMessage>> {
  const cell = await cells.start<StageMessage>(
    id,
    () => task.open(),
    (message) => task.receive(message),
  )
  timers.crashed = (thrown) => cell.tell(crashed(timerError(thrown), timers))
  timers.due = () => cell.tell(DUE)
  for (const edge of edges) edge.connect(cell)
  return cell
}
