/** A file that nobody else sees and that is gone when its process is. What it throws has the `code` of the system, such as `ENOSPC`. */
export interface Scratch {
  /** Writes all of the bytes. */
  write(bytes: Uint8Array, offset: number): void
  /** Fills `into` with what was written at `offset`. */
  read(into: Uint8Array, offset: number): void
  close(): void
}

/** Makes an empty one. Throws as it does. */
export type OpenScratch = () => Scratch
