import type { JobSpec } from '@millrace/engine'
import { JOB_NO_DEAD_LETTER } from '../errors.ts'
import type { Letter } from './letter-batch.ts'
import { letterSource } from './letter-source.ts'
import type { ReplaySpec } from './replay-spec.ts'

/** The code of a dead letter that was a parked record somebody gave up. */
export const PARKED_SKIPPED = 'PARKED_SKIPPED'

/**
 * The dead letter sink of a job, with parked records as its input: they become dead letters with the code PARKED_SKIPPED, given up
 * at `now` (epoch ms). `onFed` is told of each. Throws JOB_NO_DEAD_LETTER.
 */
export function skipSpec(
  spec: JobSpec,
  letters: readonly Letter[],
  { now, onFed }: { readonly now: number; readonly onFed: (letter: Letter) => void },
): ReplaySpec {
  const { deadLetter } = spec
  if (deadLetter === undefined) throw JOB_NO_DEAD_LETTER({ name: spec.name })
  const id = `replay:${deadLetter.id}`
  const whole = new Map(letters.map((letter) => [asRecord(letter, now), letter]))
  const source = letterSource({
    id,
    letters: [...whole.keys()],
    turn: Promise.resolve(),
    passOn: () => {},
    onFed: (letter) => onFed(whole.get(letter) ?? letter),
  })
  const sink = { ...deadLetter, from: [{ id, output: 'out' }], onError: 'fail' } as const
  const { name } = spec
  return { spec: { name, sources: [source], stages: [], sinks: [sink] }, remembering: [] }
}

/** A letter whose record is the dead letter that is to be written. */
function asRecord(letter: Letter, now: number): Letter {
  const { error } = letter
  const why = error === null ? 'it waited behind another one.' : `${error.code}: ${error.message}`
  const message = `It was parked and then skipped; ${why}`
  return { ...letter, record: { ...letter, error: { code: PARKED_SKIPPED, message }, time: now } }
}
