import { defineError } from '@millrace/base'

const orElse = (near: string | undefined, otherwise: string): string =>
  near === undefined ? otherwise : `Did you mean "${near}"?`
const pasted = (paste: string | undefined, otherwise: string): string =>
  paste === undefined ? otherwise : `Quote the value; ready to paste: ${paste}`
const clip = (text: string): string => (text.length > 80 ? `${text.slice(0, 77)}...` : text)

export const CFG_FILE = defineError<{ file: string; cause: string }>({
  code: 'CFG_FILE',
  message: (d) => `The job file ${d.file} cannot be read: ${d.cause}.`,
  hint: () => 'Check the path and the rights of the file.',
})

export const CFG_ENCODING = defineError<{ byte: string }>({
  code: 'CFG_ENCODING',
  message: (d) => `The job file must be UTF-8; got byte ${d.byte} here.`,
  hint: () => 'Save it as UTF-8 in the editor.',
})

export const CFG_JSON = defineError<{ problem: string; isComma: boolean }>({
  code: 'CFG_JSON',
  message: (d) => `This is not valid JSON: ${d.problem}.`,
  hint: (d) =>
    d.isComma
      ? 'Remove the comma before it.'
      : 'Mend it there, or name the file .yaml, which takes comments and bare words.',
})

export const CFG_YAML = defineError<{ problem: string; line: string; paste?: string | undefined }>({
  code: 'CFG_YAML',
  message: (d) => `This is not valid YAML: ${d.problem}; got \`${clip(d.line)}\`.`,
  hint: (d) =>
    pasted(
      d.paste,
      'Compare the indentation with the lines around it, and quote texts with signs.',
    ),
})

export const CFG_YAML_TAB = defineError<{ line: string }>({
  code: 'CFG_YAML_TAB',
  message: () => 'A tab indents this line; YAML expects spaces.',
  hint: (d) => `Use spaces; ready to paste: ${d.line.replaceAll('\t', '  ')}`,
})

export const CFG_YAML_TAG = defineError<{ tag: string; paste?: string | undefined }>({
  code: 'CFG_YAML_TAG',
  message: (d) => `YAML takes "${d.tag}" for a tag and drops it; expected a quoted value.`,
  hint: (d) => pasted(d.paste, 'Put the value in quotes, or remove the tag.'),
})

export const CFG_YAML_COMMA = defineError<{ part: string; paste?: string | undefined }>({
  code: 'CFG_YAML_COMMA',
  message: (d) => `YAML splits this line at a comma and leaves "${d.part}" on its own.`,
  hint: (d) => pasted(d.paste, 'Put the whole value in quotes, or write each key on its own line.'),
})

export const CFG_YAML_COMMENT = defineError<{ text: string; paste?: string | undefined }>({
  code: 'CFG_YAML_COMMENT',
  message: (d) => `YAML takes the rest of the line for a comment and leaves \`${d.text}\`.`,
  hint: (d) => pasted(d.paste, 'Put the whole value in quotes.'),
})

export const CFG_YAML_ANCHOR = defineError<{ name: string; paste?: string | undefined }>({
  code: 'CFG_YAML_ANCHOR',
  message: (d) =>
    `YAML takes "&${d.name}" for an anchor and drops it from the expression; no alias *${d.name} uses it.`,
  hint: (d) => pasted(d.paste, 'Put the whole value in quotes, or remove the anchor.'),
})

export const CFG_YAML_DUPLICATE = defineError<{ key: string; first: number }>({
  code: 'CFG_YAML_DUPLICATE',
  message: (d) => `Key "${d.key}" stands twice in this map; expected once, as on line ${d.first}.`,
  hint: () => 'Remove one of the two.',
})

export const CFG_YAML_ALIAS = defineError<{ name: string; problem: string }>({
  code: 'CFG_YAML_ALIAS',
  message: (d) => `Alias "*${d.name}" ${d.problem}.`,
  hint: () => 'Write the value out where it is needed, or quote it where no alias is meant.',
})

export const CFG_YAML_KEY = defineError<{ problem: string }>({
  code: 'CFG_YAML_KEY',
  message: (d) => `A key must be a plain text; ${d.problem}.`,
  hint: () => 'Choose another name, or quote the whole value where no map is meant.',
})

export const CFG_YAML_DEPTH = defineError<{ most: number }>({
  code: 'CFG_YAML_DEPTH',
  message: (d) => `The document is nested more than ${d.most} levels deep.`,
  hint: () => 'Write it flatter.',
})

export const CFG_YAML_DOCUMENTS = defineError({
  code: 'CFG_YAML_DOCUMENTS',
  message: () => 'A second document begins here; a job file holds one.',
  hint: () => 'Remove the line "---" or move what follows it to a file of its own.',
})

export const CFG_EMPTY = defineError({
  code: 'CFG_EMPTY',
  message: () => 'The job file is empty; expected a map with the key "pipeline".',
  hint: () => 'Begin with pipeline:, source:, stages: and sink:.',
})

export const CFG_TYPE = defineError<{
  what: string
  expected: string
  got: string
  hint?: string | undefined
}>({
  code: 'CFG_TYPE',
  message: (d) => `${d.what} must be ${d.expected}; got ${d.got}.`,
  hint: (d) => d.hint ?? `Write ${d.expected} there.`,
})

export const CFG_UNKNOWN_KEY = defineError<{
  key: string
  of: string
  near?: string | undefined
  below?: string | undefined
  known: readonly string[]
}>({
  code: 'CFG_UNKNOWN_KEY',
  message: (d) => `Unknown key "${d.key}" in ${d.of}.`,
  hint: (d) =>
    d.below === undefined
      ? orElse(d.near, `The keys are: ${d.known.join(', ')}.`)
      : `It belongs below "${d.below}".`,
})

export const CFG_TEST_TARGET = defineError<{
  name: string
  of: string
  near?: string | undefined
  known: readonly string[]
}>({
  code: 'CFG_TEST_TARGET',
  message: (d) => `The job has no "${d.name}" that ${d.of} could mean.`,
  hint: (d) => orElse(d.near, `There are: ${d.known.join(', ')}.`),
})

export const CFG_NOT_BUILT = defineError<{ key: string; of: string; hint?: string | undefined }>({
  code: 'CFG_NOT_BUILT',
  message: (d) => `"${d.key}" of ${d.of} is not built yet.`,
  hint: (d) => d.hint ?? 'Remove it; a later version will take it.',
})

export const CFG_MISSING = defineError<{ what: string; of: string; hint: string }>({
  code: 'CFG_MISSING',
  message: (d) => `${d.of} has no ${d.what}; expected one.`,
  hint: (d) => d.hint,
})

export const CFG_NO_DEAD_LETTER = defineError<{ what: string }>({
  code: 'CFG_NO_DEAD_LETTER',
  message: (d) => `${d.what} is deadLetter, and the pipeline has no dead letter sink.`,
  hint: () =>
    'Add deadLetter: { file: rejected.jsonl } to the pipeline, or choose another onError, such as fail or skip.',
})

export const CFG_BOTH = defineError<{ one: string; other: string }>({
  code: 'CFG_BOTH',
  message: (d) => `A pipeline has "${d.one}" or "${d.other}"; got both.`,
  hint: (d) => `Move what stands under ${d.one} into ${d.other}, under an id of its own.`,
})

export const CFG_NO_TIME = defineError<{ stage: string; source: string }>({
  code: 'CFG_NO_TIME',
  message: (d) =>
    `"${d.stage}" works by event time, and source "${d.source}" does not say what the time of its records is.`,
  hint: () =>
    'Add time: { field: date, disorder: 10s } to the source, or time: arrival for the clock when a record comes.',
})

export const CFG_NO_DISORDER = defineError<{ stage: string; source: string }>({
  code: 'CFG_NO_DISORDER',
  message: (d) =>
    `"${d.stage}" works by event time, and source "${d.source}" does not say how far its records may be out of order.`,
  hint: () => 'Add disorder to its time, such as disorder: 10s; 0s where they come in order.',
})

export const CFG_BESIDE = defineError<{ one: string; other: string; hint: string }>({
  code: 'CFG_BESIDE',
  message: (d) => `"${d.one}" says nothing beside "${d.other}".`,
  hint: (d) => d.hint,
})

export const CFG_MODULE_KEY = defineError<{ kind: string; got: string; hint: string }>({
  code: 'CFG_MODULE_KEY',
  message: (d) => `A ${d.kind} must name exactly one module; got ${d.got}.`,
  hint: (d) => d.hint,
})

export const CFG_KEY_INSIDE = defineError<{ key: string; kind: string }>({
  code: 'CFG_KEY_INSIDE',
  message: (d) => `"${d.key}" is a key of the ${d.kind}, not a parameter.`,
  hint: (d) => `Move \`${d.key}\` one level up, beside the module.`,
})

export const CFG_MAIN = defineError<{ module: string; got: string; parameters: readonly string[] }>(
  {
    code: 'CFG_MAIN',
    message: (d) =>
      `${d.module} has no main parameter; expected a map of parameters, got ${d.got}.`,
    hint: (d) =>
      d.parameters.length === 0
        ? `Write ${d.module} alone: it takes no parameters.`
        : `Name the parameter: ${d.parameters.join(', ')}.`,
  },
)

export const CFG_PARAMETER = defineError<{
  what: string
  problem: string
  hint?: string | undefined
}>({
  code: 'CFG_PARAMETER',
  message: (d) => `${d.what} ${d.problem}.`,
  hint: (d) => d.hint ?? 'Run "millrace plugins" to see the parameters.',
})

export const CFG_UNKNOWN_PARAMETER = defineError<{
  name: string
  of: string
  near?: string | undefined
  known: readonly string[]
}>({
  code: 'CFG_UNKNOWN_PARAMETER',
  message: (d) => `${d.of} has no parameter "${d.name}".`,
  hint: (d) =>
    orElse(
      d.near,
      d.known.length === 0 ? 'It takes none.' : `The parameters are: ${d.known.join(', ')}.`,
    ),
})

export const CFG_EXPRESSION_PLACEHOLDER = defineError<{ placeholder: string; name: string }>({
  code: 'CFG_EXPRESSION_PLACEHOLDER',
  message: (d) => `${d.placeholder} is not filled inside an expression; it stays as it is.`,
  hint: (d) => `Write env('${d.name}') there, and list ${d.name} under the document key "env".`,
})

export const CFG_EMPTY_VALUE = defineError<{ what: string; placeholder: string }>({
  code: 'CFG_EMPTY_VALUE',
  message: (d) => `${d.placeholder} is empty; ${d.what} needs a value.`,
  hint: (d) => {
    const name = /^\$\{(\w+)/.exec(d.placeholder)?.[1] ?? ''
    return d.placeholder.startsWith('${file:')
      ? 'Write the value into that file.'
      : `Set ${name}, or give a default: \${${name}:-value}.`
  },
})

export const CFG_ID = defineError<{ id: string }>({
  code: 'CFG_ID',
  message: (d) =>
    `An id must begin with a letter and hold letters, digits and dashes; got "${d.id}".`,
  hint: (d) => {
    const plain = d.id.normalize('NFKD').replaceAll(/\p{M}/gu, '')
    const better = plain.replaceAll(/[^A-Za-z0-9]+/g, '-').replaceAll(/^[^A-Za-z]+|-+$/g, '')
    return better === '' ? 'Choose a name such as late-flights.' : `Write ${better}.`
  },
})

export const CFG_ID_TAKEN = defineError<{ id: string; line: number }>({
  code: 'CFG_ID_TAKEN',
  message: (d) => `Id "${d.id}" stands twice; it is taken on line ${d.line}.`,
  hint: () => 'Give one of the two another id.',
})

export const CFG_UNKNOWN_ID = defineError<{
  id: string
  expected: string
  near?: string | undefined
  known: readonly string[]
}>({
  code: 'CFG_UNKNOWN_ID',
  message: (d) => `There is no ${d.expected} "${d.id}".`,
  hint: (d) => orElse(d.near, `There are: ${d.known.join(', ') || 'none'}.`),
})

export const CFG_UNKNOWN_OUTPUT = defineError<{
  id: string
  output: string
  near?: string | undefined
  known: readonly string[]
}>({
  code: 'CFG_UNKNOWN_OUTPUT',
  message: (d) => `"${d.id}" has no output "${d.output}".`,
  hint: (d) => orElse(d.near, `Its outputs are: ${d.known.join(', ')}.`),
})

export const CFG_UNREAD_OUTPUT = defineError<{ id: string; output: string; main: boolean }>({
  code: 'CFG_UNREAD_OUTPUT',
  message: (d) => `Nobody reads output "${d.output}" of "${d.id}".`,
  hint: (d) =>
    d.main
      ? 'Add a stage or a sink behind it.'
      : `Route it with outputs: { ${d.output}: … }, or remove it.`,
})

export const CFG_CYCLE = defineError<{ ids: readonly string[] }>({
  code: 'CFG_CYCLE',
  message: (d) => `These stages read each other in a circle: ${d.ids.join(' -> ')}.`,
  hint: () => 'Change one `from` so that records flow one way.',
})

export const CFG_FROM = defineError<{ id: string; problem: string; known: readonly string[] }>({
  code: 'CFG_FROM',
  message: (d) => `"${d.id}" ${d.problem}.`,
  hint: (d) => `Write from: with one of ${d.known.join(', ')}.`,
})

export const CFG_INPUTS = defineError<{
  id: string
  expected: string
  got: string
  hint?: string | undefined
}>({
  code: 'CFG_INPUTS',
  message: (d) => `The inputs of "${d.id}" must be ${d.expected}; got ${d.got}.`,
  hint: (d) => d.hint ?? `Name the inputs: ${d.expected}.`,
})

export const CFG_UNSET = defineError<{ name: string; isListed?: boolean }>({
  code: 'CFG_UNSET',
  message: (d) => `The environment has no ${d.name}; expected a value for it.`,
  hint: (d) =>
    d.isListed === true
      ? `Set ${d.name}, or remove it from "env".`
      : `Set it, or give a default: \${${d.name}:-value}. A literal \${ is written $\${.`,
})

export const CFG_PLACEHOLDER = defineError<{ text: string }>({
  code: 'CFG_PLACEHOLDER',
  message: (d) =>
    `A placeholder must be \${NAME}, \${NAME:-default} or \${file:/path}; got ${d.text}.`,
  hint: () => 'A literal ${ is written $${.',
})

export const CFG_SECRET_FILE = defineError<{ path: string; cause: string }>({
  code: 'CFG_SECRET_FILE',
  message: (d) => `\${file:${d.path}} cannot be read: ${d.cause}.`,
  hint: () => 'Check the path and the rights of the file.',
})

export const CFG_OVERRIDE = defineError<{
  text: string
  problem: string
  near?: string | undefined
  known: readonly string[]
  hint?: string | undefined
}>({
  code: 'CFG_OVERRIDE',
  message: (d) => `Override ${d.text} has no target: ${d.problem}.`,
  hint: (d) => d.hint ?? orElse(d.near, `Known there: ${d.known.join(', ') || 'nothing'}.`),
})

export const CFG_ENDPOINT = defineError<{ flag: string; problem: string; hint: string }>({
  code: 'CFG_ENDPOINT',
  message: (d) => `${d.flag} ${d.problem}.`,
  hint: (d) => d.hint,
})

export const CFG_FILE_SHARED = defineError<{ file: string; problem: string }>({
  code: 'CFG_FILE_SHARED',
  message: (d) => `${d.file} is ${d.problem} in the same job.`,
  hint: () => 'Write to another path.',
})

export const CFG_PLUGIN = defineError<{ specifier: string; allowed: readonly string[] }>({
  code: 'CFG_PLUGIN',
  message: (d) => `Module "${d.specifier}" is not among those that plugins.allow lists.`,
  hint: (d) => `Add it there, or use one of: ${d.allowed.join(', ') || 'none'}.`,
})

/** The pipeline shall begin anew after a failure, and a source or sink does not allow it. */
type NotRepeatable = { kind: 'source' | 'sink'; id: string; hasCheckpoints: boolean }
export const CFG_NOT_REPEATABLE = defineError<NotRepeatable>({
  code: 'CFG_NOT_REPEATABLE',
  message: (d) =>
    d.kind === 'source'
      ? `restart.onEscalate lets the pipeline begin anew, and source "${d.id}" cannot be read again from its beginning.`
      : `restart.onEscalate lets the pipeline begin anew, and sink "${d.id}" does not ${d.hasCheckpoints ? 'deliver exactly once' : 'replace its output'}: records would stand there twice.`,
  hint: (d) =>
    d.kind === 'source'
      ? 'Set onEscalate: fail, or read from a source with a position, such as file.'
      : `Set onEscalate: fail, or write to a sink that ${d.hasCheckpoints ? 'delivers exactly once, such as file' : 'replaces its output, such as file with mode replace'}.`,
})

/** Results that replace earlier ones go to a part that would take both for results of their own. */
export const CFG_UPDATES = defineError<{ reader: string; writer: string }>({
  code: 'CFG_UPDATES',
  message: (d) =>
    `"${d.reader}" takes each record for one of its own, but "${d.writer}" gives results that replace earlier ones.`,
  hint: (d) =>
    `Let "${d.writer}" give one result each (emit: final, or end), or let "${d.reader}" read something else.`,
})
