import { idPattern, isMillraceError } from '@millrace/base'
import { compileExpression, expectedOfTexts, fieldsOfTexts } from '@millrace/expression'
import {
  defineStage,
  type Key,
  type Outputs,
  type ParameterFault,
  type StageDefinition,
} from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'

const schema = z.strictObject({
  routes: z
    .record(
      z.string(),
      z.string().meta({ description: 'Condition over the record.', format: 'cel-condition' }),
    )
    .meta({ description: 'Conditions by the name of the output, tried in this order.' }),
  match: z.enum(['first', 'all']).default('first').meta({
    description: '`first`: the first route whose condition is true; `all`: each of them.',
  }),
  else: z
    .union([z.boolean(), z.string()])
    .default(false)
    .meta({ description: 'Output for records that match no route: its name, or true for `else`.' }),
})

/** Parameters of `route`, defaults filled in. */
export type RouteParameters = z.output<typeof schema>

/** Name of the output for records that match nothing; undefined where they are filtered. */
function elseName(parameters: RouteParameters): string | undefined {
  if (parameters.else === true) return 'else'
  return parameters.else === false ? undefined : parameters.else
}

function outputsOf(parameters: RouteParameters): Outputs {
  const sentences = Object.entries(parameters.routes).map(([name, where]) => [
    name,
    `Records for which ${where}.`,
  ])
  const rest = elseName(parameters)
  if (rest !== undefined) sentences.push([rest, 'Records that match no route.'])
  return Object.fromEntries(sentences)
}

function nameFaults(path: readonly string[], name: string): readonly ParameterFault[] {
  if (name === 'late') {
    return [
      {
        path,
        message: '"late" is kept for records that come too late in event time.',
        hint: 'Choose another name, such as delayed.',
      },
    ]
  }
  if (idPattern.test(name)) return []
  return [
    {
      path,
      message: `"${name}" is not a name for an output.`,
      hint: 'Start with a letter and use letters, digits and dashes.',
    },
  ]
}

/** Faults in the names of routes. */
function check(parameters: RouteParameters): readonly ParameterFault[] {
  const names = Object.keys(parameters.routes)
  const rest = elseName(parameters)
  const faults = names.flatMap((name) => nameFaults(['routes', name], name))
  if (names.length === 0) {
    faults.push({
      path: ['routes'],
      message: 'route has no routes.',
      hint: 'Name at least one: routes: { high: delay > 60 }.',
    })
  }
  if (rest !== undefined) faults.push(...nameFaults(['else'], rest))
  if (rest !== undefined && names.includes(rest)) {
    faults.push({
      path: ['else'],
      message: `"${rest}" is both a route and the output for records that match none.`,
      hint: 'Give `else` another name, or rename the route.',
    })
  }
  return faults
}

/**
 * Sends each record, untouched, to the output of the first route whose condition is true (`match: all`: of each).
 * What matches no route goes to the output `else`, where there is one; otherwise it is filtered for `no route`.
 */
export const route: StageDefinition<RouteParameters> = defineStage({
  name: 'route',
  summary: 'Sends records to named outputs by condition.',
  parameters: schema,
  main: 'routes',
  outputs: outputsOf,
  keeps: 'nothing',
  passes: 'same',
  reads: ({ routes }) => fieldsOfTexts(Object.values(routes)),
  expects: ({ routes }) => expectedOfTexts(Object.values(routes)),
  shape: (parameters, { fields }) =>
    Object.fromEntries(Object.keys(outputsOf(parameters)).map((name) => [name, fields])),
  check,
  create({ parameters, expressions, outputs }) {
    const names = Object.keys(parameters.routes)
    const conditions = Object.values(parameters.routes).map((text) =>
      compileExpression(text, expressions),
    )
    const rest = elseName(parameters)
    const first = parameters.match === 'first'
    const at = { timestamp: 0, key: undefined as Key | undefined }

    /** Calls `send` with each output the record goes to; false when there is none. */
    function dispatch(record: unknown, context: typeof at, send: (name: string) => void): boolean {
      let matched = false
      for (let index = 0; index < conditions.length; index++) {
        if (conditions[index]?.test(record, context) !== true) continue
        send(names[index] ?? '')
        if (first) return true
        matched = true
      }
      if (matched || rest === undefined) return matched
      send(rest)
      return true
    }

    let inHand: unknown
    const emit = (name: string): void => outputs[name]?.emit(inHand)

    return {
      process(record: unknown, context) {
        at.timestamp = context.timestamp
        at.key = context.key
        inHand = record
        if (!dispatch(record, at, emit)) context.skip('no route')
      },
      processBatch(batch, output) {
        let index = 0
        // One closure per batch: none per record.
        const send = (name: string): void => output.emit(index, batch.value(index), name)
        for (; index < batch.length; index++) {
          try {
            at.timestamp = batch.timestamp(index)
            at.key = batch.key(index)
            if (!dispatch(batch.value(index), at, send)) output.skip(index, 'no route')
          } catch (error) {
            if (!isMillraceError(error)) throw error
            output.reject(index, error.code, error.message)
          }
        }
      },
    }
  },
})
