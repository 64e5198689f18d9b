import { isMillraceError, messageOf } from '@millrace/base'
import { ENG_START } from '../errors.ts'
import { atPlace, type Place, placeOf } from '../plan/place.ts'
import { inTime, TIMEOUT_MS } from './in-time.ts'
import type { TaskHost } from './task-host.ts'

interface Openable {
  open?(): void | Promise<void>
  close?(): void | Promise<void>
}

/**
 * Makes an instance and takes the steps that open it; when one fails, what was made is closed again.
 * Throws coded errors that name the step.
 */
export async function openInstance<I extends Openable>(
  host: TaskHost,
  place: Place,
  make: () => I | Promise<I>,
  steps: (instance: I) => Promise<void> = (instance) => open(host, place, () => instance.open?.()),
): Promise<I> {
  const instance = await create(host, place, make)
  try {
    await steps(instance)
    return instance
  } catch (error) {
    await closeQuietly(host, place, instance)
    throw error
  }
}

/** Makes an instance; one that comes after the job is over is closed. No limit: it may wait for resources to open. */
function create<I extends Openable>(
  host: TaskHost,
  place: Place,
  run: () => I | Promise<I>,
): Promise<I> {
  return start(place, 'create', () => {
    const { runtime, signal } = host
    const made = run()
    if (!(made instanceof Promise)) return made
    const waiting = inTime(made, { runtime, place, step: 'create', timeoutMs: Infinity, signal })
    return waiting.catch((error: unknown) => {
      void made.then((instance) => closeQuietly(host, place, instance)).catch(() => undefined)
      throw error
    })
  })
}

/** Opens an instance: ENG_SLOW when that takes longer than `timeoutMs`. */
export function open<T>(
  host: TaskHost,
  place: Place,
  run: () => T | Promise<T>,
  timeoutMs: number = TIMEOUT_MS,
): Promise<T> {
  return start(place, 'open', () => {
    const { runtime, signal } = host
    const opening = run()
    if (!(opening instanceof Promise)) return opening
    return inTime(opening, { runtime, place, step: 'open', timeoutMs, signal })
  })
}

/** What a step of start-up throws gets the place of the part; without a code it becomes ENG_START. */
async function start<T>(
  place: Place,
  name: 'create' | 'open',
  run: () => T | Promise<T>,
): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (isMillraceError(error)) throw atPlace(error, place)
    const details = { id: place.id, step: name, message: messageOf(error) }
    throw ENG_START(details, placeOf(place), error)
  }
}

/** Closes what failed to open or to go on; its own complaint would only hide the cause. */
export async function closeQuietly(
  host: TaskHost,
  place: Place,
  instance: Pick<Openable, 'close'>,
): Promise<void> {
  try {
    const { runtime } = host
    const closing = instance.close?.()
    if (closing instanceof Promise) {
      await inTime(closing, { runtime, place, step: 'close', timeoutMs: TIMEOUT_MS })
    }
  } catch {
    // The cause is reported already.
  }
}
