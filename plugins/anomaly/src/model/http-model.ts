import { ANOMALY_MODEL_ANSWER } from '../errors.ts'
import type { Model, WindowShape } from './model.ts'

/** Where a model is that answers over HTTP. */
export interface HttpModelOptions {
  readonly http: string
  readonly authorization?: string | undefined
}

/** A model behind a URL. Opens nothing before it is asked. */
export function httpModel(
  { authorization, http }: HttpModelOptions,
  { dimensions, window }: WindowShape,
): Model {
  const headers = {
    'content-type': 'application/json',
    ...(authorization === undefined ? {} : { authorization }),
  }
  const each = window * dimensions
  return {
    id: http,
    async run(windows, count, signal) {
      const lists = Array.from({ length: count }, (_, at) => [
        ...windows.subarray(at * each, (at + 1) * each),
      ])
      const body = JSON.stringify({ windows: lists })
      const response = await fetch(http, { method: 'POST', headers, body, signal })
      if (!response.ok) {
        await response.body?.cancel()
        throw ANOMALY_MODEL_ANSWER({ got: `status ${response.status} ${response.statusText}` })
      }
      const answer: unknown = await response.json()
      return numbersOf(answer, count)
    },
    close: () => undefined,
  }
}

function numbersOf(answer: unknown, count: number): Float32Array {
  const values: unknown = Object(answer).values
  const lists = Array.isArray(values) ? values.map((one: unknown) => [one].flat()) : []
  const each = lists[0]?.length ?? 0
  const isEven = lists.every((list) => list.length === each)
  const numbers = lists.flat()
  const isWhole = lists.length === count && isEven && each > 0
  if (isWhole && numbers.every(isNumber)) return Float32Array.from(numbers)
  throw ANOMALY_MODEL_ANSWER({
    got: `${JSON.stringify(answer)?.slice(0, 80)} for ${count} windows`,
  })
}

const isNumber = (value: unknown): value is number => typeof value === 'number'
