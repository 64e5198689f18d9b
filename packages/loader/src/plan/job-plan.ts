/** One source, stage or sink of a plan. */
export interface PlanNode {
  readonly id: string
  readonly kind: 'source' | 'stage' | 'sink' | 'deadLetter'
  /** As it stands in the job file. */
  readonly module: string
  /** Absent for a file of the job's own. */
  readonly package?: string | undefined
  readonly summary: string
  /** Key fields; `name: expression` where they are computed. Empty without `by`. */
  readonly by: readonly string[]
  readonly parameters: readonly {
    readonly name: string
    readonly value: unknown
    readonly isDefault: boolean
  }[]
  /** What a stage remembers between records. */
  readonly keeps?: 'nothing' | 'state' | 'instance' | undefined
  /** Records that emit nothing count as used. */
  readonly absorbs?: boolean | undefined
  /** `same`: hands records on untouched. */
  readonly passes?: 'same' | 'more' | undefined
  /** Fields of each output of a stage whose input has `fields`; undefined where they are not known. Not part of its JSON. */
  readonly shape?:
    | ((
        fields: readonly string[] | undefined,
      ) => Readonly<Record<string, readonly string[] | undefined>>)
    | undefined
  /** Whether the input of a source ends by itself. */
  readonly ends?: boolean | undefined
  /** Sentences: where each kind of record goes. */
  readonly fates: readonly string[]
  /** Parameters that may change while a job goes on from its checkpoint, with all below them. */
  readonly mayChange?: readonly string[] | undefined
  /** How often it counts a record, whatever happens to the process; absent in a job without checkpoints. */
  readonly delivery?: Delivery | undefined
  /** What a reader of a sink may rely on after a failure. */
  readonly guarantee?: string | undefined
}

/** How often a part counts a record through crashes, and why. */
export interface Delivery {
  readonly level: 'exactly once' | 'at least once' | 'at most once' | 'begins anew'
  /** A sentence. */
  readonly why: string
}

/** Where and how often a job writes checkpoints. */
export interface CheckpointPlan {
  readonly everyMs: number
  /** Absolute path of the folder. */
  readonly dir: string
  /** Absolute path of the folder of the job file. */
  readonly folder: string
  /** Whether the job file says nothing of it. */
  readonly isDefault: boolean
  /** Bytes that the journal of each source that has one may take, by id. Default: none has one. */
  readonly journals?: Readonly<Record<string, number>> | undefined
}

/** What will run, as data: for `explain` and for reports. */
export interface JobPlan {
  readonly name: string
  readonly nodes: readonly PlanNode[]
  readonly edges: readonly {
    readonly from: string
    readonly output: string
    readonly to: string
    readonly input: string
  }[]
  /** Sentences about the job as a whole, its defaults among them. */
  readonly notes: readonly string[]
  /** Absent: it takes none. */
  readonly checkpoint?: CheckpointPlan | undefined
  /** Absolute path of the file for records that still wait when the job ends; undefined where none ever wait. */
  readonly parkedFile?: string | undefined
}
