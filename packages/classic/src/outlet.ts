import { isMillraceError, messageOf } from '@millrace/base'
import type { Batch, Rejection, SinkFactory, WriteResult } from '@millrace/sdk'
import { CLASSIC_TARGET } from './errors.ts'

/** Takes one result of a job. A promise holds the job back until it settles; a throw makes the result a dead letter. */
export type Outlet = (result: never, timestamp: number) => void | Promise<void>

/** A sink that hands each result to an outlet, one after the other. */
export function outletSink(name: string, outlet: Outlet): SinkFactory {
  const write = outlet as (result: unknown, timestamp: number) => void | Promise<void>
  return {
    traits: { name, guarantee: 'Each result is handed over once, in order.' },
    // How long a full stream makes it wait is not its own affair.
    create: () => ({ untimed: true, write: (batch) => writeAll(batch, write) }),
    dispose: () => undefined,
  }
}

function writeAll(
  batch: Batch,
  write: (result: unknown, timestamp: number) => void | Promise<void>,
): WriteResult | Promise<WriteResult> {
  const rejected: Rejection[] = []
  const attempt = (index: number): void | Promise<void> => {
    try {
      const done = write(batch.value(index), batch.timestamp(index))
      if (done instanceof Promise) {
        return done.catch((error: unknown) => void rejected.push(rejection(index, error)))
      }
    } catch (error) {
      rejected.push(rejection(index, error))
    }
    return undefined
  }
  const from = async (first: Promise<void>, next: number): Promise<WriteResult> => {
    await first
    for (let index = next; index < batch.length; index++) await attempt(index)
    return rejected.length === 0 ? undefined : { rejected }
  }
  for (let index = 0; index < batch.length; index++) {
    const done = attempt(index)
    if (done !== undefined) return from(done, index + 1)
  }
  return rejected.length === 0 ? undefined : { rejected }
}

function rejection(index: number, error: unknown): Rejection {
  const code = isMillraceError(error) ? error.code : CLASSIC_TARGET
  return { index, code, message: messageOf(error), retry: false }
}
