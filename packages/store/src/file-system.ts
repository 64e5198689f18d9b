/** A file that is written from its start to its end, once. */
export interface NewFile {
  /** Writes behind what was written before; tells how many bytes it took, which may be fewer than it was given. */
  write(bytes: Uint8Array): Promise<number>
  /** When it resolves, what was written survives a power cut, provided the name of the file does: `syncDirectory`. */
  sync(): Promise<void>
  /** Releases the file; what was not synced may be lost. */
  close(): Promise<void>
}

/**
 * What the store asks of a disk. Nothing survives a power cut for certain but what was synced. Whatever fails rejects with an
 * error whose `code` is that of the system, such as `ENOSPC`, `EIO`, `EACCES` or `ENOENT`.
 */
export interface FileSystem {
  /** Makes a folder and those above it; one that exists is fine. */
  makeDirectory(path: string): Promise<void>
  /** Names in a folder, in no order. */
  list(path: string): Promise<readonly string[]>
  /** Bytes of a file. */
  size(path: string): Promise<number>
  /** Bytes from `offset` on: `length` of them, or fewer where the file ends. */
  read(path: string, offset: number, length: number): Promise<Uint8Array>
  /** Makes an empty file; one of this name is replaced. */
  create(path: string): Promise<NewFile>
  /** Gives a file another name in the same folder, in one step; a file that has the name is replaced. */
  rename(from: string, to: string): Promise<void>
  /** Removes a file; one that does not exist is fine. */
  remove(path: string): Promise<void>
  /** When it resolves, names made, changed and removed in the folder so far survive a power cut. */
  syncDirectory(path: string): Promise<void>
  /**
   * Takes the lock of a file, which is made where it does not exist, and tells how to release it; undefined when another
   * process (or this one) has it. A process that dies, however it does, releases its locks.
   */
  lock(path: string): Promise<(() => Promise<void>) | undefined>
}
