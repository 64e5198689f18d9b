import { CFG_MODULE_DEFINITION } from './errors.ts'
import type { Definitions, Kind } from './modules.ts'

type Check = readonly [member: string, expected: string, test: (value: unknown) => boolean]

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
const isCallable = (value: unknown): boolean => typeof value === 'function'
const optional =
  (test: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    value === undefined || test(value)
const oneOf =
  (...values: readonly unknown[]) =>
  (value: unknown): boolean =>
    values.includes(value)
const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')

const always: readonly Check[] = [
  ['name', 'a text', isText],
  ['summary', 'a text', isText],
]

const created: readonly Check[] = [
  ['parameters', 'a Standard Schema that gives a JSON Schema, such as z.object({})', isSchema],
  ['main', 'the name of a parameter', optional(isText)],
  ['mayChange', 'a list of parameters', optional(isTexts)],
  ['create', 'a function', isCallable],
]

const checks: Readonly<Record<Kind, readonly Check[]>> = {
  stage: [
    ...created,
    [
      'inputs',
      "a list of names, or 'named'",
      optional((value) => value === 'named' || isTexts(value)),
    ],
    [
      'outputs',
      'names with a sentence each, or a function of the parameters',
      optional((value) => isCallable(value) || isOutputs(value)),
    ],
    ['optionalInputs', 'a list of names', optional(isTexts)],
    ['optionalOutputs', 'a list of names', optional(isTexts)],
    ['keeps', "'nothing', 'state' or 'instance'", oneOf(undefined, 'nothing', 'state', 'instance')],
    ['exits', 'true or false', oneOf(undefined, true, false)],
    ['passes', "'same' or 'more'", oneOf(undefined, 'same', 'more')],
    ['retains', 'a function', optional(isCallable)],
  ],
  source: [
    ...created,
    [
      'replay',
      "'position', 'ack', 'none' or a function",
      (value) => isCallable(value) || oneOf('position', 'ack', 'none')(value),
    ],
    [
      'ends',
      'true, false or a function',
      (value) => typeof value === 'boolean' || isCallable(value),
    ],
  ],
  sink: [...created, ['guarantee', 'a sentence', isText]],
  resource: [
    ...created,
    ['provides', 'what defineToken returns', isToken],
    ['dispose', 'a function', optional(isCallable)],
  ],
  watermarks: created,
  emitter: created,
  detector: [
    ...created,
    ['dimensions', "'one' or 'any'", oneOf('one', 'any')],
    ['bytes', 'a function', isCallable],
  ],
  function: [
    ['arguments', 'a list of names', isTexts],
    ['call', 'a function', isCallable],
  ],
  command: [
    ['help', 'a text', isText],
    ['run', 'a function', isCallable],
  ],
  aggregate: [
    ['arguments', '0 or 1', oneOf(0, 1)],
    ...['create', 'add', 'merge', 'result'].map((member): Check => [
      member,
      'a function',
      isCallable,
    ]),
  ],
}

/** True for the members `outputs` may have: at least one name, each with a sentence. */
export function isOutputs(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const sentences = Object.values(value)
  return sentences.length > 0 && sentences.every((sentence) => typeof sentence === 'string')
}

function isSchema(value: unknown): boolean {
  const standard = member(value, '~standard')
  return (
    isCallable(member(standard, 'validate')) &&
    isCallable(member(member(standard, 'jsonSchema'), 'input'))
  )
}

function isToken(value: unknown): boolean {
  return typeof member(value, 'symbol') === 'symbol' && isText(member(value, 'name'))
}

/** A member of anything; undefined where it has none. */
function member(value: unknown, name: string): unknown {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return undefined
  return Reflect.get(value, name)
}

/** Throws CFG_MODULE_DEFINITION for a definition that lacks what its kind needs: plugins may be plain JavaScript. */
export function checkDefinition<K extends Kind>(
  value: unknown,
  kind: K,
  specifier: string,
): Definitions[K] {
  for (const [name, expected, test] of [...always, ...checks[kind]]) {
    const actual = member(value, name)
    if (test(actual)) continue
    const got = describeValue(actual)
    throw CFG_MODULE_DEFINITION({ specifier, kind, member: name, expected, got })
  }
  return value as Definitions[K]
}

/** A value in a few letters, for error messages. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? 'a list' : 'an object'
  return typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value) ?? typeof value)
}
