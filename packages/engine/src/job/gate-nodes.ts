import type { JobSpec } from '../plan/job-spec.ts'
import { GateTask } from '../run/gate-task.ts'
import type { Outbox } from '../run/outbox.ts'
import type { Arrival } from '../run/edge.ts'
import type { TaskHost } from '../run/task-host.ts'
import type { Cells } from './cells.ts'
import type { Wiring } from './wiring.ts'

/** Where results of replicas are put in order. */
export interface GateNode {
  readonly id: string
  readonly task: GateTask
}

/** The gates of a job that are here. */
export function gateNodes(
  { gates = [] }: JobSpec,
  host: TaskHost,
  { inputs, outboxes }: Pick<Wiring, 'inputs' | 'outboxes'>,
  isHere: (gate: { readonly id: string }) => boolean,
): readonly GateNode[] {
  return gates.filter(isHere).map(({ id }) => {
    const outbox = outboxes.get(id) as Outbox
    return { id, task: new GateTask({ host, node: id, outbox }, inputs.get(id) ?? []) }
  })
}

/** Each in a cell of its own, which then takes what comes on its edges. */
export async function openGates(gates: readonly GateNode[], cells: Cells): Promise<void> {
  for (const { id, task } of gates) {
    const opened = (): Promise<void> => Promise.resolve()
    const cell = await cells.start<Arrival>(id, opened, (arrival) => task.receive(arrival))
    for (const edge of task.edges) edge.connect(cell)
  }
}
