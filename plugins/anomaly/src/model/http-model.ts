import { formatSize } from '@millrace/base'
import { counted } from '../counted.ts'
import { ANOMALY_MODEL_ANSWER } from '../errors.ts'
import type { Model, WindowShape } from './model.ts'

/** An answer has at most so many bytes, and for each number of its windows so many more. */
const MOST_BYTES = 1_048_576
const MOST_DIGITS = 64

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
      // What is sent on to another place would get there without windows, or the header where it does not belong.
      const response = await fetch(http, {
        method: 'POST',
        headers,
        body,
        signal,
        redirect: 'manual',
      })
      if (!response.ok) {
        await response.body?.cancel()
        throw ANOMALY_MODEL_ANSWER({ got: statusOf(response) })
      }
      const text = await textOf(response, MOST_BYTES + MOST_DIGITS * count * each)
      return numbersOf(parsed(text), count)
    },
    close: () => undefined,
  }
}

function statusOf({ headers, status, statusText }: Response): string {
  const to = headers.get('location')
  const sent = to === null ? '' : `, which sends on to ${to}: name that URL itself`
  return `status ${status} ${statusText}${sent}`.replace(' ,', ',')
}

/** What comes, where that is no more than so many bytes. */
async function textOf({ body }: Response, most: number): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const part of body ?? []) {
    bytes += part.length
    if (bytes > most) throw ANOMALY_MODEL_ANSWER({ got: `more than ${formatSize(most)}` })
    text += decoder.decode(part, { stream: true })
  }
  return text
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const start = JSON.stringify(text.slice(0, 80))
    throw ANOMALY_MODEL_ANSWER({ got: text === '' ? 'nothing' : `${start}, which is no JSON` })
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
    got: `${JSON.stringify(answer)?.slice(0, 80)} for ${counted(count, 'window')}`,
  })
}

const isNumber = (value: unknown): value is number => typeof value === 'number'
