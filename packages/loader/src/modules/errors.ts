import { defineError } from '@millrace/base'
import { aKind, kindName } from './kind-name.ts'

const list = (names: readonly string[]): string => names.join(', ')

export const CFG_MODULE_SPECIFIER = defineError<{
  specifier: string
  near?: string | undefined
  /** What was meant instead of a module. */
  instead?: string | undefined
}>({
  code: 'CFG_MODULE_SPECIFIER',
  message: (d) =>
    `Module "${d.specifier}" must be a short name, a package name or a path that starts with "./".`,
  hint: (d) =>
    d.instead ??
    (d.near === undefined
      ? 'Write it like filter, @acme/plugin or ./actors/mine.ts, with #Export where needed.'
      : `Did you mean "${d.near}"?`),
})

export const CFG_MODULE_NOT_FOUND = defineError<{
  specifier: string
  kind: string
  tried: readonly string[]
  folder: string
  near?: string | undefined
  instead?: string | undefined
}>({
  code: 'CFG_MODULE_NOT_FOUND',
  message: (d) =>
    `No ${kindName(d.kind)} "${d.specifier}" is installed; tried ${list(d.tried)} from ${d.folder}.`,
  hint: (d) =>
    d.instead ??
    `${d.near === undefined ? 'Install it' : `Did you mean "${d.near}"? If not, install it`}: ` +
      d.tried.map((name) => `npm install ${name}`).join(' (or: ') +
      ')'.repeat(d.tried.length - 1),
})

export const CFG_MODULE_ENTRY = defineError<{ specifier: string; package: string; cause: string }>({
  code: 'CFG_MODULE_ENTRY',
  message: (d) => `Package ${d.package} is installed but cannot be imported: ${d.cause}.`,
  hint: (d) =>
    `Look at "exports" in the package.json of ${d.package}; it needs an entry for "${d.specifier}" by "import" or "default".`,
})

export const CFG_MODULE_FILE = defineError<{
  specifier: string
  file: string
  near?: string | undefined
  instead?: string | undefined
}>({
  code: 'CFG_MODULE_FILE',
  message: (d) => `There is no file ${d.specifier} (looked for ${d.file}).`,
  hint: (d) =>
    d.instead ??
    (d.near === undefined
      ? 'Paths of modules are relative to the folder of the job file.'
      : `Did you mean "${d.near}"?`),
})

export const CFG_MODULE_FILE_TYPE = defineError<{
  specifier: string
  ending: string
  instead?: string | undefined
}>({
  code: 'CFG_MODULE_FILE_TYPE',
  message: (d) =>
    `Module ${d.specifier} must end in .ts, .mts, .js, .mjs or .cjs; got "${d.ending}".`,
  hint: (d) =>
    d.instead ??
    (/^\.[jt]sx$/.test(d.ending)
      ? 'Node cannot run JSX: write the file without it and name it .ts or .js.'
      : 'Name the file that holds the code.'),
})

export const CFG_MODULE_TYPESCRIPT = defineError<{ at: string; what: string; rewrite: string }>({
  code: 'CFG_MODULE_TYPESCRIPT',
  message: (d) => `${d.at} uses ${d.what}, which Node cannot run without a compiler.`,
  hint: (d) => d.rewrite,
})

export const CFG_MODULE_SYNTAX = defineError<{ at: string; cause: string; types: boolean }>({
  code: 'CFG_MODULE_SYNTAX',
  message: (d) => `${d.at} cannot be parsed: ${d.cause}.`,
  hint: (d) =>
    d.types
      ? 'Mend the syntax; a file with TypeScript types must end in .ts.'
      : 'Mend the syntax there.',
})

export const CFG_MODULE_IMPORT = defineError<{ at: string; wanted: string; package: boolean }>({
  code: 'CFG_MODULE_IMPORT',
  message: (d) =>
    `${d.at} imports "${d.wanted}", which ${d.package ? 'is not installed' : 'does not exist'}.`,
  hint: (d) =>
    d.package
      ? `Install it: npm install ${d.wanted}`
      : 'Mend the path of the import, or add the file.',
})

export const CFG_MODULE_IMPORT_NAME = defineError<{ at: string; from: string; name: string }>({
  code: 'CFG_MODULE_IMPORT_NAME',
  message: (d) => `${d.at} imports "${d.name}" from "${d.from}", which exports no such value.`,
  hint: (d) => `If "${d.name}" is a type, write: import type { ${d.name} } from '${d.from}'`,
})

export const CFG_MODULE_THROWS = defineError<{ at: string; cause: string; commonJs: boolean }>({
  code: 'CFG_MODULE_THROWS',
  message: (d) => `${d.at} threw while it was imported: ${d.cause}.`,
  hint: (d) =>
    d.commonJs
      ? 'Files of a job are ES modules: write import and export, or name the file .cjs.'
      : 'Mend it there; what can fail belongs into open or create, where it is supervised.',
})

export const CFG_MODULE_EXPORT = defineError<{
  specifier: string
  export: string
  has: readonly string[]
  near?: string | undefined
}>({
  code: 'CFG_MODULE_EXPORT',
  message: (d) =>
    `${d.specifier} has no export "${d.export}"; it has ${d.has.length === 0 ? 'none' : list(d.has)}.`,
  hint: (d) =>
    d.near === undefined
      ? 'Name one of its exports after the #, or leave the # out.'
      : `Did you mean "#${d.near}"?`,
})

export const CFG_MODULE_KIND = defineError<{
  specifier: string
  kind: string
  found: readonly string[]
  /** Kinds of definitions that it does export. */
  others: readonly string[]
}>({
  code: 'CFG_MODULE_KIND',
  message: (d) =>
    `${d.specifier} exports no ${kindName(d.kind)}; it exports ${d.found.length === 0 ? 'nothing' : list(d.found)}.`,
  hint: (d) => {
    if (d.others.length > 0) return `Use it where ${d.others.map(aKind).join(' or ')} stands.`
    const define = `define${d.kind[0]?.toUpperCase()}${d.kind.slice(1)}`
    const more = d.kind === 'stage' ? ', a class with process(record, context) or a function' : ''
    return `Export what ${define} returns${more} as default.`
  },
})

export const CFG_MODULE_AMBIGUOUS = defineError<{
  specifier: string
  kind: string
  names: readonly string[]
}>({
  code: 'CFG_MODULE_AMBIGUOUS',
  message: (d) =>
    `${d.specifier} exports several candidates for ${aKind(d.kind)}: ${list(d.names)}.`,
  hint: (d) => `Say which one: ${d.names.map((name) => `${d.specifier}#${name}`).join(' or ')}`,
})

export const CFG_MODULE_DEFINITION = defineError<{
  specifier: string
  kind: string
  member: string
  expected: string
  got: string
}>({
  code: 'CFG_MODULE_DEFINITION',
  message: (d) =>
    `The ${kindName(d.kind)} of ${d.specifier} is not usable: ${d.member} must be ${d.expected}; got ${d.got}.`,
  hint: (d) => `Mend ${d.member} in the plugin, or tell its author.`,
})

export const CFG_MODULE_ASYNC_PARAMETERS = defineError<{ kind: string; name: string }>({
  code: 'CFG_MODULE_ASYNC_PARAMETERS',
  message: (d) =>
    `The parameters of ${kindName(d.kind)} "${d.name}" are validated asynchronously, which is not supported.`,
  hint: () => 'Check what needs waiting in open or create, and the rest in the schema.',
})

export const CFG_INJECT_UNBOUND = defineError<{ who: string; token: string; package: string }>({
  code: 'CFG_INJECT_UNBOUND',
  message: (d) => `${d.who} needs "${d.token}", which nothing provides.`,
  hint: (d) =>
    `Add a resource of ${d.package} under "resources:", or pass it to loadJob: provide: [[token, value]].`,
})

export const CFG_INJECT_LATE = defineError<{ who: string; token: string }>({
  code: 'CFG_INJECT_LATE',
  message: (d) => `${d.who} asked for "${d.token}" outside create.`,
  hint: () => 'Call inject inside create and keep the value in a constant.',
})

export const CFG_INJECT_TWICE = defineError<{ token: string; first: string; second: string }>({
  code: 'CFG_INJECT_TWICE',
  message: (d) => `Resources "${d.first}" and "${d.second}" both provide "${d.token}".`,
  hint: (d) => `Remove "${d.first}" or "${d.second}": a token has one value in a job.`,
})

export const CFG_INJECT_ORDER = defineError<{ who: string; token: string; provider: string }>({
  code: 'CFG_INJECT_ORDER',
  message: (d) => `${d.who} needs "${d.token}" of resource "${d.provider}", which opens after it.`,
  hint: (d) => `List "${d.provider}" first under "resources:".`,
})

/** A stage keeps fields of its own in a job that goes on from checkpoints. */
export const CFG_FIELDS_ANEW = defineError<{ id: string }>({
  code: 'CFG_FIELDS_ANEW',
  message: (d) =>
    `Stage "${d.id}" may keep fields of its own, which are in no checkpoint: they begin anew with each run.`,
  hint: () =>
    "Keep them in scope.state and declare keeps: 'state', or keeps: 'nothing' where there are none.",
})

/** A source cannot have a journal. */
export const CFG_JOURNAL = defineError<{ id: string; acknowledges: boolean }>({
  code: 'CFG_JOURNAL',
  message: (d) =>
    d.acknowledges
      ? `Source "${d.id}" has its input given again until it acknowledges it; a journal of it is not built yet.`
      : `Source "${d.id}" has a journal, and the job takes no checkpoints: nothing says from where the journal is read.`,
  hint: (d) =>
    d.acknowledges
      ? 'Remove journal: after a crash the source gives again what no checkpoint holds.'
      : 'Add checkpoint: 10s to the pipeline, or remove journal.',
})

/** A journal of a source that needs none. */
export const CFG_JOURNAL_IDLE = defineError<{ id: string }>({
  code: 'CFG_JOURNAL_IDLE',
  message: (d) =>
    `Source "${d.id}" can be read again from a position by itself; its journal would only be a copy, and is not written.`,
  hint: () => 'Remove journal.',
})

/** The keys of a stage cannot spill: it has none. */
export const CFG_SPILL = defineError<{ id: string }>({
  code: 'CFG_SPILL',
  message: (d) => `"${d.id}" has spill and no by: without keys there is nothing to choose from.`,
  hint: () => 'Add by with the field whose values the state is kept for, or remove spill.',
})

/** A stage with a key says how its records are spread. */
export const CFG_PARALLEL = defineError<{ id: string; key: 'mode' | 'inFlight' }>({
  code: 'CFG_PARALLEL',
  message: (d) =>
    `"${d.id}" has by and parallel.${d.key}: with a key each record goes to the worker that has its key${d.key === 'mode' ? ', in order' : ', and mailbox says how many wait there'}.`,
  hint: (d) => `Remove ${d.key}, or by.`,
})

/** Workers that must know of each other are in threads or processes of their own. */
export const CFG_PARALLEL_RUNS = defineError<{ id: string; mode: string; runs: string }>({
  code: 'CFG_PARALLEL_RUNS',
  message: (d) =>
    `"${d.id}" has mode: ${d.mode}, where what one worker does ends what others do: they cannot be in ${d.runs} of their own.`,
  hint: () => 'Write runs: async in its parallel.',
})

/** The results of a stage that runs several times are to come in an order that there is not. */
export const CFG_PARALLEL_ORDER = defineError<{ id: string; reason: string }>({
  code: 'CFG_PARALLEL_ORDER',
  message: (d) => `"${d.id}" cannot give its results in the order of its records: it ${d.reason}.`,
  hint: () => 'Write mode: unordered in its parallel, or remove parallel.',
})

/** A stage in threads or processes of its own has what only one in the thread of the job may have. */
export const CFG_THREADS = defineError<{ id: string; key: string; runs: string }>({
  code: 'CFG_THREADS',
  message: (d) => `"${d.id}" runs in ${d.runs}, where "${d.key}" is not built yet.`,
  hint: () => 'Write runs: async in its parallel; then all is in the thread of the job.',
})

/** A source that workers read is told what only one reader of all can do. */
export const CFG_SPLIT = defineError<{ id: string; key: string }>({
  code: 'CFG_SPLIT',
  message: (d) =>
    `"${d.id}" is read by workers in threads (parallel), where "${d.key}" is not built.`,
  hint: (d) => `Remove ${d.key}, or remove parallel: then one reader has all of it, in order.`,
})

/** Only a source that says so can be read by several workers. */
export const CFG_SPLIT_SOURCE = defineError<{ id: string; module: string }>({
  code: 'CFG_SPLIT_SOURCE',
  message: (d) =>
    `"${d.id}" cannot be read by workers (parallel): "${d.module}" does not split it.`,
  hint: () => 'Remove parallel. Files can be split; standard input and pipes cannot.',
})

/** A stage with state and without a key is to run several times. */
export const CFG_PARALLEL_STATE = defineError<{ id: string }>({
  code: 'CFG_PARALLEL_STATE',
  message: (d) =>
    `"${d.id}" keeps state and has no by: with several workers each would see only a part of the records.`,
  hint: () => 'Add by with the field whose values the state is kept for, or remove parallel.',
})

/** A source is to wait for the others, and there are none: a warning. */
export const CFG_ALIGN_ALONE = defineError<{ id: string }>({
  code: 'CFG_ALIGN_ALONE',
  message: (d) => `Source "${d.id}" is the only one: \`align\` has it wait for nobody.`,
  hint: () => 'Remove align from its time, or add the other source.',
})
