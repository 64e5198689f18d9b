/** A step of a process at which it is to die. */
export interface Aim {
  /** Steps in the state directory, in the folder of the sinks, or both. */
  readonly area: 'state' | 'out' | 'any'
  /** How the step's name begins, such as `rename`; `any` for all. */
  readonly op: string
  /** Which of those steps, from 1. */
  readonly nth: number
  /** `half`: when half of the bytes are written; `during`: when it was begun. */
  readonly when: 'before' | 'half' | 'during' | 'after'
}

/** What the process of a life is told. */
export interface WatchPlan {
  /** The file its steps are written to. */
  readonly trace: string
  readonly aim?: Aim | undefined
  /** Whether to watch statements of SQLite. */
  readonly databases?: boolean | undefined
}
