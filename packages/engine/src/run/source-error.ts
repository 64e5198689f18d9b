import { isMillraceError, messageOf, type MillraceError } from '@millrace/base'
import { ENG_SOURCE } from '../errors.ts'
import { atPlace, type Place, placeOf } from '../plan/place.ts'

/** What a source threw, with its place; ENG_SOURCE where it brings no code. */
export function sourceError(source: Place, thrown: unknown): MillraceError {
  if (isMillraceError(thrown)) return atPlace(thrown, source)
  return ENG_SOURCE({ id: source.id, message: messageOf(thrown) }, placeOf(source), thrown)
}
