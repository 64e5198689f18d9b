/** A file with a model, and how it is computed. */
export interface ModelFile {
  readonly file: string
  /** Threads that compute one batch. */
  readonly threads: number
}

/** An input or output of a model. */
export interface ModelPort {
  readonly name: string
  /** Of its numbers; absent where it is no tensor. */
  readonly type?: string | undefined
  /** A text is a size that the caller chooses. */
  readonly shape: readonly (number | string)[]
}

/** What a model says of itself. */
export interface OpenedModel {
  /** The SHA-256 of its file. */
  readonly id: string
  readonly inputs: readonly ModelPort[]
  readonly outputs: readonly ModelPort[]
}

/** Windows that a model is shown at once. */
export interface Question {
  readonly input: string
  readonly output: string
  readonly windows: Float32Array
  readonly shape: readonly number[]
}

/** What comes back: of a file a model, of a question numbers; else why there are none. */
export type Answer =
  | { readonly opened: OpenedModel }
  | { readonly values: Float32Array }
  | { readonly fault: string }
