import { type MillraceError, placed, type Where } from '@millrace/base'

/** A part of a job as its errors name it. */
export interface Place {
  readonly id: string
  /** Where the job file declares it. */
  readonly where?: Where | undefined
}

/** Where a part stands: in the job file where there is one, else its id. */
export function placeOf({ id, where }: Place): Where {
  return where ?? { stage: id }
}

/** A module's own error at the place of the part; one that names a file of its own stays there. */
export function atPlace(error: MillraceError, place: Place): MillraceError {
  if (error.where.file !== undefined) return error
  return placed(error, { ...error.where, ...placeOf(place) })
}
