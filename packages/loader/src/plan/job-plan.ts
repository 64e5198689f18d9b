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
  readonly passes?: 'same' | undefined
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
  /** What a reader of a sink may rely on after a failure. */
  readonly guarantee?: string | undefined
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
  /** Absolute path of the file for records that still wait when the job ends; undefined where none ever wait. */
  readonly parkedFile?: string | undefined
}
