import { formatDuration, idPattern } from '@millrace/base'
import { jobDefaults as usual, type JsonSchema } from '@millrace/sdk'
import { choices } from './grammar/keys.ts'
import { listPlugins } from './modules/list-plugins.ts'
import type { PluginInfo } from './modules/modules.ts'
import { nestSchemas } from './nested/nest-schemas.ts'
import { parallelSchema, splitSchema } from './parallel-schema.ts'
import { jobRestartSchema, malformedSchema, policySchema, restartSchema } from './policy-schema.ts'
import { testsSchema } from './tests/tests-schema.ts'

const text = (description: string): JsonSchema => ({ type: 'string', description })
const open = (description: string): JsonSchema => ({ description })
const duration = (description: string): JsonSchema => ({
  type: 'string',
  description: `${description} A duration with a unit, such as 30s.`,
})
const instant = (description: string): JsonSchema => ({
  type: 'string',
  description: `${description} A date or a time, such as 2000-01-01.`,
})
const timeSchema: JsonSchema = {
  description: 'Event time: which field of a record holds it, and how it is written; or arrival.',
  anyOf: [
    {
      const: 'arrival',
      description: 'The clock when a record comes; event time follows the clock.',
    },
    {
      type: 'object',
      required: ['field'],
      additionalProperties: false,
      properties: {
        field: text('Path of the field.'),
        format: text('Such as yyyy/MM/dd HH:mm. Default: ISO 8601, or numbers in the unit.'),
        zone: text('Zone of times without one. Default: UTC.'),
        unit: { enum: choices.unit, description: 'Unit of numbers. Default: ms.' },
        disorder: duration('How far records may be out of order. Default: 0s.'),
        idle: duration(
          'After so long without records a partition holds event time back no more. Default: it always does.',
        ),
        align: duration(
          'The source waits when it is further ahead of the slowest other one. Default: it never does.',
        ),
        notBefore: instant('Records with an earlier time are malformed.'),
        notAfter: instant('Records with a later time are malformed.'),
        ahead: duration('Records whose time is further ahead of the clock are malformed.'),
        watermarks: {
          description:
            'A module that says how far event time has come, in the place of disorder: its name, or a map of it to its parameters.',
          anyOf: [{ type: 'string' }, { type: 'object' }],
        },
      },
    },
  ],
}
const from: JsonSchema = {
  description: 'What it reads: id, id.output, a list of them, or a map that names the inputs.',
  anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }, { type: 'object' }],
}
const common: Readonly<Record<string, JsonSchema>> = {
  id: { type: 'string', pattern: idPattern.source, description: 'A unique name.' },
  note: open('For people; it has no effect.'),
  parameters: { type: 'object', description: 'Parameters of the module.' },
}

const journalSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    maxSize: open(
      'Bytes that it may take, such as 1GiB: a checkpoint is taken early, and the source waits for it. Default: 1GiB.',
    ),
  },
}

/** Keys beside the module, by role. */
const keys: Readonly<Record<'source' | 'stage' | 'sink' | 'resource', Record<string, JsonSchema>>> =
  {
    source: {
      ...common,
      time: timeSchema,
      limit: { type: 'integer', minimum: 0, description: 'Stop after this many entries.' },
      journal: {
        description:
          'Whether what a source gives that cannot be read again, such as standard input, is written to a journal first; needs checkpoint. Default: false.',
        anyOf: [{ type: 'boolean' }, journalSchema],
      },
      onError: malformedSchema,
      restart: restartSchema,
      parallel: splitSchema,
    },
    stage: {
      ...common,
      from,
      by: {
        description: 'Keys of the stage: a field path, a list, or a map of names to expressions.',
        anyOf: [
          { type: 'string' },
          { type: 'array', items: { type: 'string' } },
          { type: 'object' },
        ],
      },
      outputs: {
        type: 'object',
        description:
          'Where named outputs go: the id of a sink, a sink, or a list of stages that ends in a sink.',
      },
      batch: {
        type: 'integer',
        minimum: 1,
        description: 'Largest number of records in one batch.',
      },
      timeout: duration(
        `Time for one record of an asynchronous stage. Default: ${formatDuration(usual.timeoutMs)}.`,
      ),
      onError: policySchema,
      restart: restartSchema,
      parallel: parallelSchema,
      spill: {
        type: 'object',
        description:
          'Lets the state of some keys wait on the disk; needs by. Default: all of it stays in memory.',
        required: ['keys'],
        additionalProperties: false,
        properties: {
          keys: {
            type: 'integer',
            minimum: 1,
            description: 'About so many keys keep their state in memory.',
          },
          dir: text(
            'Folder for scratch. Default: that of the checkpoints, else that of the system for temporary files.',
          ),
        },
      },
    },
    sink: {
      ...common,
      from,
      timeout: duration(`Time for one write. Default: ${formatDuration(usual.timeoutMs)}.`),
      onError: policySchema,
      restart: restartSchema,
    },
    resource: { ...common, restart: restartSchema },
  }

/** JSON Schema of a job file for editors, made from the plugins that are installed for a folder. Hover texts say which strings are expressions. */
export async function jobSchema(folder: string): Promise<JsonSchema> {
  const sound = (await listPlugins(folder)).filter(({ fault }) => fault === undefined)
  const definitions: Record<string, JsonSchema> = {}
  const plugins = sound.map((plugin) => embedded(plugin, definitions))
  const reference = (role: string): JsonSchema => ({ $ref: `#/$defs/${role}` })
  const named = (role: string, description: string): JsonSchema => ({
    type: 'object',
    description,
    additionalProperties: reference(role),
  })
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A Millrace job',
    type: 'object',
    required: ['pipeline'],
    additionalProperties: false,
    patternProperties: { '^x-': {} },
    properties: {
      version: { const: 1, description: 'Version of the language.' },
      note: open('For people; it has no effect.'),
      env: {
        type: 'array',
        items: { type: 'string' },
        description: "Names that env('NAME') may read.",
      },
      plugins: {
        type: 'object',
        additionalProperties: false,
        properties: {
          use: {
            type: 'array',
            items: { type: 'string' },
            description: 'Packages that bring functions and aggregates.',
          },
          allow: {
            type: 'array',
            items: { type: 'string' },
            description: 'The only modules that may be loaded.',
          },
        },
      },
      tests: testsSchema,
      pipeline: {
        type: 'object',
        additionalProperties: false,
        patternProperties: { '^x-': {} },
        properties: {
          name: text('Default: the name of the file.'),
          note: open('For people; it has no effect.'),
          source: reference('source'),
          sources: named('source', 'Several sources by id.'),
          resources: named('resource', 'Things that stages share, by id.'),
          stages: {
            type: 'array',
            items: reference('stage'),
            description: 'Each reads the one above it.',
          },
          sink: reference('sink'),
          sinks: named('sink', 'Several sinks by id.'),
          deadLetter: reference('sink'),
          onError: policySchema,
          ...budgets,
        },
      },
    },
    $defs: {
      source: entrySchema('source', plugins),
      stage: entrySchema('stage', plugins),
      sink: entrySchema('sink', plugins),
      resource: entrySchema('resource', plugins),
      ...definitions,
    },
  }
}

/** The plugin with its own definitions moved to those of the whole schema: a reference starts at the root. */
function embedded(plugin: PluginInfo, definitions: Record<string, JsonSchema>): PluginInfo {
  const name = (local: string): string => `${plugin.kind}-${plugin.name}-${local}`
  const moved = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(moved)
    if (typeof value !== 'object' || value === null) return value
    const entries = Object.entries(value).map(([key, member]) => {
      if (key !== '$ref' || typeof member !== 'string') return [key, moved(member)]
      return [key, member.replace(/^#\/\$defs\/(.*)$/, (_, local) => `#/$defs/${name(local)}`)]
    })
    return Object.fromEntries(entries)
  }
  const { $defs: own, $schema: _, ...parameters } = plugin.parameters
  for (const [local, definition] of Object.entries(own ?? {})) {
    definitions[name(local)] = describeExpressions(moved(definition) as JsonSchema)
  }
  return { ...plugin, parameters: moved(parameters) as JsonSchema }
}

const budgets: Readonly<Record<string, JsonSchema>> = {
  errors: {
    type: 'object',
    description: `More failures than this share of the last records end the job. Default: ${usual.errors.atMost * 100}% of ${usual.errors.of}.`,
    additionalProperties: false,
    properties: { atMost: {}, of: { type: 'integer', minimum: 1 } },
  },
  restart: jobRestartSchema,
  checkpoint: {
    description: `How often the job writes down what it needs to go on: a duration, off, or a map. Default: every ${formatDuration(usual.checkpoint.everyMs)} where a source does not end, else off.`,
    anyOf: [
      { type: 'string', examples: ['10s', 'on', 'off'] },
      { type: 'boolean' },
      {
        type: 'object',
        additionalProperties: false,
        properties: {
          every: duration(
            `Time between two checkpoints. Default: ${formatDuration(usual.checkpoint.everyMs)}.`,
          ),
          dir: text('Folder of the state. Default: .millrace/ and the name of the job.'),
        },
      },
    ],
  },
  mailbox: {
    type: 'object',
    description: `Records a stage may hold, and what happens beyond. Default: ${usual.mailbox.capacity}, ${usual.mailbox.overflow}.`,
    additionalProperties: false,
    properties: {
      capacity: { type: 'integer', minimum: 1 },
      overflow: { enum: choices.overflow },
    },
  },
}

/** A name alone, the short form of every installed plugin, or the long form with any module. */
function entrySchema(role: keyof typeof keys, plugins: readonly PluginInfo[]): JsonSchema {
  const own = plugins.filter(({ kind }) => kind === role)
  const names = own.map(({ name }) => name)
  const short = own.map((plugin): [string, JsonSchema] => [plugin.name, shortSchema(plugin)])
  const nests = role === 'stage' ? nestSchemas : {}
  return {
    anyOf: [
      { type: 'string', description: 'A module without parameters.', examples: names },
      {
        type: 'object',
        properties: {
          module: {
            type: 'string',
            description: 'Name of a plugin, or path of a file.',
            examples: names,
          },
          ...keys[role],
          ...Object.fromEntries(short),
          ...nests,
        },
      },
    ],
  }
}

function shortSchema({ summary, main, parameters }: PluginInfo): JsonSchema {
  const whole = { ...describeExpressions(parameters), description: summary }
  if (main === undefined) return { anyOf: [whole, { type: 'null' }], description: summary }
  const scalar = parameters.properties?.[main]
  const shortened = scalar === undefined ? {} : describeExpressions(scalar)
  return { anyOf: [shortened, whole], description: summary }
}

const formats: Readonly<Record<string, string>> = {
  cel: 'An expression',
  'cel-condition': 'An expression',
  'cel-aggregate': 'An aggregate call',
  duration: 'A duration with a unit',
  size: 'A size with a unit',
  path: 'A path, relative to the job file',
  'path-template': 'A path, relative to the job file, with {expressions}',
  template: 'A text with {expressions}',
}

// What YAML reads as a number or a truth value is an expression all the same.
function describeExpressions(schema: JsonSchema): JsonSchema {
  const described = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, describeMember(value)]),
  ) as JsonSchema
  const { format } = schema
  const says = format === undefined ? undefined : formats[format]
  if (format === undefined || says === undefined) return described
  const { format: _, ...rest } = described
  const isExpression = format.startsWith('cel')
  return {
    ...rest,
    ...(isExpression ? { type: ['string', 'number', 'boolean'] } : {}),
    description: `${says}. ${schema.description ?? ''}`.trim(),
  }
}

function describeMember(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(describeMember)
  if (typeof value !== 'object' || value === null) return value
  return describeExpressions(value as JsonSchema)
}
