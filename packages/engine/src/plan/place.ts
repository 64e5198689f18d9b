import { type MillraceError, placed, type Where } from '@millrace/base'

/** A part of a job as its errors name it. */
export interface Place {
  readonly id: string
  /** Where the job file declares it. */
  readonly where?: Where | undefined
  /** Where that has a parameter, by its path such as `model.onnx`. */
  readonly locate?: ((path: string) => Where) | undefined
}

/** Where a part stands: in the job file where there is one, else its id. */
export function placeOf({ id, where }: Place): Where {
  return where ?? { stage: id }
}

/** A module's own error at the place of the part, or of the parameter that its path names; one that names a file of its own stays there. */
export function atPlace(error: MillraceError, place: Place): MillraceError {
  const { file, path } = error.where
  if (file !== undefined) return error
  const parameter = path === undefined ? undefined : place.locate?.(path)
  return placed(error, { ...error.where, ...(parameter ?? placeOf(place)) })
}
