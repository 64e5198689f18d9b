// The durable store of a job: checkpoints in a directory, each committed whole or not at all, synced before anyone is told.
// It knows nothing of streams: a checkpoint is named sections of opaque blocks and a piece of JSON.
// How it is laid out and why: docs/decisions/0010-checkpoints-in-files.md.
// The disk is behind FileSystem; `@millrace/store/simulated` has one that loses power and fails as told, by seed.
// Start with store.ts.
export { readStore } from './checkpoint-reader.ts'
export type { FileSystem, NewFile } from './file-system.ts'
export { untilFree } from './holder.ts'
export { nodeFileSystem } from './node/node-file-system.ts'
export { nodeScratch } from './node/node-scratch.ts'
export { openStore, type StoreOptions } from './open-store.ts'
export { type Exported, exportCheckpoint, importCheckpoint } from './portable.ts'
export type {
  Checkpoint,
  CheckpointWrite,
  SectionInfo,
  SectionWrite,
  Store,
  StoreReader,
} from './store.ts'
export type { HeldSlots } from './spill/held-slots.ts'
export type { OpenScratch, Scratch } from './spill/scratch.ts'
export { SlotFile } from './spill/slot-file.ts'
