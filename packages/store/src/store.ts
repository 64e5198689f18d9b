/** A section of a checkpoint: a named list of blocks. What is in them only their writer knows. */
export interface SectionInfo {
  readonly name: string
  /** Bytes of each block, in order. */
  readonly blocks: readonly number[]
}

/** All that was committed at once. */
export interface Checkpoint {
  readonly id: number
  /** When it was committed, epoch ms. */
  readonly at: number
  /** Name of the savepoint it is kept as. */
  readonly savepoint?: string
  /** What the writer said of it: JSON. */
  readonly meta: unknown
  readonly sections: readonly SectionInfo[]
}

/** What a commit does to one section. */
export interface SectionWrite {
  /** They must not change before the commit has settled. */
  readonly blocks: readonly Uint8Array[]
  /** The blocks take the place of those there were, none of them: the section goes. By default they follow them. */
  readonly replace?: boolean
  /** So many of the blocks there were go, the oldest ones. Default 0. */
  readonly drop?: number
}

/** What is committed at once. */
export interface CheckpointWrite {
  /** A whole number above `lastId`. */
  readonly id: number
  /** By name of section. Those that are not named stay as they are. */
  readonly sections: ReadonlyMap<string, SectionWrite>
  /** Any JSON; read whenever the store is opened, so keep it small. */
  readonly meta?: unknown
}

/** Checkpoints to look at. */
export interface StoreReader {
  readonly directory: string
  /** Name of the job whose state it is. */
  readonly job: string
  /** The checkpoint a job goes on from; undefined in a store that holds none. */
  latest(): Checkpoint | undefined
  /** All that can be read, by id: the last ones and the savepoints. */
  checkpoints(): readonly Checkpoint[]
  /** A savepoint by its name. */
  savepoint(name: string): Checkpoint | undefined
  /**
   * The blocks of a section in the order in which they were written; none where there is no such section.
   * Rejects with `STORE_CORRUPT` if they are not what was written. `of`: `latest()` by default.
   */
  read(section: string, of?: Checkpoint): Promise<Uint8Array[]>
}

/** The durable state of one job, held by one process. */
export interface Store extends StoreReader {
  /** The largest id of a checkpoint that was ever tried; 0 at first. */
  readonly lastId: number
  /**
   * Writes a checkpoint. Once it resolves the checkpoint survives `kill -9` and a power cut, and is `latest()`.
   * If it rejects nothing of it remains and the store goes on, but for `STORE_UNCERTAIN`: then nobody knows, the store takes
   * no further commit, and opening it again tells. Commits are done one after another.
   */
  commit(write: CheckpointWrite): Promise<Checkpoint>
  /**
   * The next commit follows this checkpoint instead of `latest()`; undefined: it follows nothing, and sections it does not
   * name are empty. Until that commit nothing changes on disk.
   */
  goOnFrom(checkpoint: Checkpoint | undefined): void
  /**
   * Keeps `latest()` under a name until it is removed. Durable once it resolves. Letters, digits, `-`, `_` and `.`; a name that
   * is taken is refused.
   */
  keep(savepoint: string): Promise<Checkpoint>
  /** Removes a savepoint and what only it needs. If it rejects, the savepoint may be gone all the same. */
  discard(savepoint: string): Promise<void>
  /** Ends what is under way and releases the directory. What was committed stays. */
  close(): Promise<void>
}
