import { isMillraceError, messageOf, type MillraceError } from '@millrace/base'
import { ENG_TIMER } from '../errors.ts'
import { atPlace, type Place, placeOf } from '../plan/place.ts'

/** Tells a part that its instance crashed outside of a record: it is looked after when nothing else is in hand. */
export interface Crashed {
  readonly kind: 'crashed'
  readonly error: MillraceError
  /** Which instance it was, as its timers count. */
  readonly instance: number
}

/** What a timer of a part threw, as an error of the job. */
export function timerError(place: Place, error: unknown): MillraceError {
  if (isMillraceError(error)) return atPlace(error, place)
  return ENG_TIMER({ id: place.id, message: messageOf(error) }, placeOf(place), error)
}

/** Tells a part that the instance which the timers belong to has crashed. */
export function crashed(
  error: MillraceError,
  { instance }: { readonly instance: number },
): Crashed {
  return { kind: 'crashed', error, instance }
}
