import type { JsonSchema } from '@millrace/sdk'
import { entryKeys, type Role } from './grammar/keys.ts'
import { listPlugins } from './modules/list-plugins.ts'
import type { PluginInfo } from './modules/modules.ts'

const text = (description: string): JsonSchema => ({ type: 'string', description })

const policy: JsonSchema = {
  enum: ['fail', 'skip', 'deadLetter'],
  description:
    'What becomes of a record that fails. Default: deadLetter where there is such a sink, else fail.',
}

const keySchemas: Readonly<Record<string, JsonSchema>> = {
  module: text('A plugin, a package or a path, each with an optional #Export.'),
  parameters: { type: 'object', description: "The module's parameters." },
  id: {
    type: 'string',
    pattern: '^[A-Za-z][A-Za-z0-9-]*$',
    description: 'Name in reports and in `from`.',
  },
  note: { description: 'For people; ignored.' },
  onError: policy,
  limit: { type: 'integer', minimum: 0, description: 'Read no more than this many entries.' },
  time: {
    type: 'object',
    description: "Where a record's event time comes from. Without it: its arrival.",
    properties: {
      field: text('Path of the field with the time.'),
      format: text('Format of a text, such as yyyy/MM/dd HH:mm. Default: ISO 8601.'),
      zone: text('Time zone of texts without one. Default: UTC.'),
      unit: { enum: ['s', 'ms', 'us'], description: 'Unit of a number. Default: ms.' },
      disorder: text('How far records may be out of order, such as 1h.'),
    },
    required: ['field'],
    additionalProperties: false,
  },
  from: { description: 'What it reads: `id`, `id.output` or a list. Default: the stage above.' },
  by: { description: 'Its key: a field path, a list of them, or a map of name to expression.' },
  outputs: {
    type: 'object',
    description: 'Where named outputs go: a sink, its id, or stages that end in one.',
  },
  batch: { type: 'integer', minimum: 1, description: 'Records it takes at once. Default: 1024.' },
  timeout: text('Time for one record of an asynchronous stage. Default: 30s.'),
}

const hover: Readonly<Record<string, string>> = {
  cel: 'An expression over the record.',
  'cel-aggregate': 'An aggregate call, such as count() or mean(delay).',
  duration: 'A duration with a unit, such as 30s.',
  size: 'A size with a unit, such as 64kB.',
}

/** Says in each hover text which strings are expressions; editors know nothing of our formats. */
function withHovers(schema: JsonSchema): JsonSchema {
  const told: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(schema)) {
    if (name === '$schema' || name === 'format' || name === 'required') continue
    told[name] = name === 'properties' ? mapOf(value as Record<string, JsonSchema>) : deep(value)
  }
  const kind = schema.format === undefined ? undefined : hover[schema.format]
  if (kind !== undefined) {
    told['description'] = schema.description === undefined ? kind : `${schema.description} ${kind}`
  }
  if (schema.required !== undefined) told['required'] = schema.required
  return told
}

function mapOf(schemas: Readonly<Record<string, JsonSchema>>): Record<string, JsonSchema> {
  return Object.fromEntries(Object.entries(schemas).map(([name, item]) => [name, withHovers(item)]))
}

function deep(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(deep)
  return typeof value === 'object' && value !== null ? withHovers(value as JsonSchema) : value
}

function keysOf(role: Role): Record<string, JsonSchema> {
  return Object.fromEntries(
    entryKeys[role]
      .filter((key) => key !== 'module' && key !== 'parameters')
      .map((key) => [key, keySchemas[key] ?? {}]),
  )
}

function pluginEntry(plugin: PluginInfo, role: Role): JsonSchema[] {
  const parameters = withHovers(plugin.parameters)
  const main = plugin.main === undefined ? undefined : parameters.properties?.[plugin.main]
  const closed = { type: 'object', additionalProperties: false, patternProperties: { '^x-': {} } }
  const value: JsonSchema = {
    description: plugin.summary,
    anyOf: main === undefined ? [parameters, { type: 'null' }] : [main, parameters],
  }
  return [
    { ...closed, properties: { [plugin.name]: value, ...keysOf(role) }, required: [plugin.name] },
    {
      ...closed,
      properties: {
        module: { enum: [plugin.name, plugin.package], description: plugin.summary },
        parameters,
        ...keysOf(role),
      },
      required: ['module'],
    },
  ]
}

/** An entry of a role: installed plugins in both forms, and modules this schema knows nothing of. */
function roleSchema(plugins: readonly PluginInfo[], role: Role): JsonSchema {
  const known = plugins.filter((plugin) => plugin.kind === role && plugin.fault === undefined)
  const names = known.flatMap((plugin) => [plugin.name, plugin.package])
  return {
    anyOf: [
      ...known.flatMap((plugin) => pluginEntry(plugin, role)),
      { type: 'string', description: 'A module without parameters.' },
      {
        type: 'object',
        properties: {
          module: {
            type: 'string',
            not: { enum: names },
            description: keySchemas['module']?.description ?? '',
          },
        },
        required: ['module'],
      },
      { type: 'object', patternProperties: { '^[.@/]': {} }, minProperties: 1 },
    ],
  }
}

function pipelineSchema(): JsonSchema {
  const source = { $ref: '#/$defs/source' }
  const sink = { $ref: '#/$defs/sink' }
  const properties: Record<string, JsonSchema> = {
    name: text('Name of the job. Default: the name of the file.'),
    note: { description: 'For people; ignored.' },
    source,
    sources: {
      type: 'object',
      additionalProperties: source,
      description: 'Several sources, by id.',
    },
    resources: { type: 'object', additionalProperties: { $ref: '#/$defs/resource' } },
    stages: { type: 'array', items: { $ref: '#/$defs/stage' } },
    sink,
    sinks: { type: 'object', additionalProperties: sink, description: 'Several sinks, by id.' },
    deadLetter: { ...sink, description: 'Takes the records that fail.' },
    onError: policy,
    errors: {
      type: 'object',
      properties: {
        atMost: { type: ['string', 'number'], description: 'Share of failures, such as 50%.' },
        of: {
          type: 'integer',
          minimum: 1,
          description: 'Records it is counted over. Default: 1000.',
        },
      },
      additionalProperties: false,
    },
    restart: {
      type: 'object',
      properties: { intensity: { type: 'integer', minimum: 0 }, period: { type: 'string' } },
      additionalProperties: false,
    },
    mailbox: {
      type: 'object',
      properties: {
        capacity: { type: 'integer', minimum: 1 },
        overflow: { enum: ['block', 'dropOldest', 'dropNewest', 'fail'] },
      },
      additionalProperties: false,
    },
  }
  return {
    type: 'object',
    properties,
    patternProperties: { '^x-': {} },
    additionalProperties: false,
  }
}

/** The JSON Schema of job files, made from the plugins that are installed for `folder`; `bases` as for `createModules`. */
export async function jobSchema(folder: string, bases?: readonly string[]): Promise<JsonSchema> {
  const plugins = await listPlugins(folder, bases)
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Millrace job',
    type: 'object',
    properties: {
      version: { const: 1 },
      note: { description: 'For people; ignored.' },
      pipeline: { $ref: '#/$defs/pipeline' },
      env: {
        type: 'array',
        items: { type: 'string' },
        description: "Names that env('NAME') may read.",
      },
      plugins: {
        type: 'object',
        properties: {
          use: {
            type: 'array',
            items: { type: 'string' },
            description: 'Packages that bring functions and aggregates.',
          },
        },
        additionalProperties: false,
      },
    },
    required: ['pipeline'],
    patternProperties: { '^x-': {} },
    additionalProperties: false,
    $defs: {
      pipeline: pipelineSchema(),
      source: roleSchema(plugins, 'source'),
      stage: roleSchema(plugins, 'stage'),
      sink: roleSchema(plugins, 'sink'),
      resource: roleSchema(plugins, 'resource'),
    },
  }
}
