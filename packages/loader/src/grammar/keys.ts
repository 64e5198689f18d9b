/** Places in the grammar that have keys of their own. */
export type Role = 'source' | 'stage' | 'sink' | 'resource' | 'watermarks' | 'emitter' | 'detector'

const everywhere = ['module', 'parameters', 'id', 'note'] as const

/** Keys that stand beside the module, per role: those that work. */
export const entryKeys: Readonly<Record<Role, readonly string[]>> = {
  source: [...everywhere, 'time', 'onError', 'limit', 'restart', 'journal', 'parallel'],
  stage: [
    ...everywhere,
    'from',
    'by',
    'outputs',
    'batch',
    'timeout',
    'onError',
    'restart',
    'parallel',
    'spill',
  ],
  sink: [...everywhere, 'from', 'timeout', 'onError', 'restart'],
  resource: [...everywhere, 'restart'],
  watermarks: ['module', 'parameters', 'note'],
  emitter: ['module', 'parameters', 'note'],
  detector: ['module', 'parameters', 'note'],
}

/** Keys that the language reserves and this version refuses. */
export const futureEntryKeys: Readonly<Record<Role, readonly string[]>> = {
  source: ['schema'],
  stage: ['mailbox', 'isolate'],
  sink: ['batch', 'parallel', 'by'],
  resource: [],
  watermarks: [],
  emitter: [],
  detector: [],
}

/** Keys beside and inside of what stages stand in. */
export const nestKeys = {
  pipeline: ['id', 'note', 'from', 'outputs'],
  inline: ['note', 'stages'],
  /** Of the pipeline of a file, which can also run alone: a name is for that. */
  file: ['name', 'note', 'stages'],
  choose: ['id', 'note', 'from'],
  choice: ['when', 'then', 'else'],
} as const

/** Keys of a file whose pipeline is a stage; its tests are for when it runs alone. */
export const nestedDocumentKeys: readonly string[] = [
  'version',
  'pipeline',
  'tests',
  'env',
  'plugins',
  'note',
]

/** Keys of the pipeline that hold for the whole job. */
export const settingKeys = ['onError', 'errors', 'restart', 'mailbox', 'checkpoint'] as const

export const pipelineKeys: readonly string[] = [
  'name',
  'note',
  'source',
  'sources',
  'resources',
  'stages',
  'sink',
  'sinks',
  'deadLetter',
  ...settingKeys,
]
export const futurePipelineKeys: readonly string[] = ['engine']

export const documentKeys: readonly string[] = [
  'version',
  'pipeline',
  'tests',
  'env',
  'plugins',
  'note',
]
export const futureDocumentKeys: readonly string[] = ['actors']

/** Keys inside those that hold a map of the grammar's own. */
export const innerKeys = {
  errors: ['atMost', 'of'],
  restart: ['intensity', 'period', 'onEscalate'],
  mailbox: ['capacity', 'overflow'],
  checkpoint: ['every', 'dir'],
  parallel: ['workers', 'runs', 'mode', 'inFlight'],
  spill: ['keys', 'dir'],
  journal: ['maxSize'],
  time: [
    'field',
    'format',
    'zone',
    'unit',
    'disorder',
    'idle',
    'align',
    'notBefore',
    'notAfter',
    'ahead',
    'watermarks',
  ],
  plugins: ['use', 'allow'],
} as const

/** Keys of policies: `onError: { retry: { … }, then: … }`, `park: { … }`, `backoff: { … }`. */
export const policyKeys = {
  onError: ['retry', 'then', 'park'],
  retry: ['times', 'backoff', 'on', 'notOn'],
  park: ['most'],
  backoff: ['min', 'max', 'factor', 'jitter'],
  /** Beside a module; the pipeline's own is among the inner keys. */
  restart: ['type', 'backoff'],
  /** What follows when a part cannot be started again: `onEscalate: { restart: { … } }`. */
  onEscalate: ['restart'],
  anew: ['intensity', 'period', 'backoff'],
  restartBackoff: ['min', 'max', 'factor', 'jitter', 'resetAfter'],
} as const

/** Keys of tests, and what a step of one may be. */
export const testKeys = {
  test: ['name', 'note', 'env', 'clock', 'mocks', 'given', 'steps', 'expect', 'match', 'order'],
  step: ['given', 'advance', 'idle', 'end', 'expect'],
} as const

/** What keys with few values may say. */
export const choices = {
  onError: ['fail', 'skip', 'deadLetter', 'park'],
  /** What becomes of input that cannot be decoded. */
  onMalformed: ['fail', 'skip', 'deadLetter'],
  overflow: ['block', 'dropOldest', 'dropNewest', 'fail'],
  unit: ['s', 'ms', 'us'],
  restartType: ['transient', 'temporary'],
  onEscalate: ['fail', 'restart'],
  /** How a stage that runs several times does so. */
  runs: ['threads', 'async', 'processes'],
  parallelMode: ['ordered', 'unordered', 'latestWins', 'race', 'serial'],
  match: ['contains', 'equals'],
  order: ['given', 'any'],
} as const

/** Whether a key is for the user's own notes and anchors. */
export const isExtension = (key: string): boolean => key.startsWith('x-')
