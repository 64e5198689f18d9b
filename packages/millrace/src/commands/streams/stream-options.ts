/** Options of every command about streams. */
export interface StreamOptions {
  readonly dir?: string
  readonly json?: boolean
}

/** Options of `millrace stream show`. */
export interface ShowOptions extends StreamOptions {
  readonly group?: string
  readonly state?: string
  readonly limit?: string
}

/** Options of `millrace stream append`. */
export interface AppendOptions extends StreamOptions {
  readonly text?: boolean
  readonly end?: boolean
}

/** Options of `millrace stream tail`. */
export interface TailOptions extends StreamOptions {
  readonly follow?: boolean
  readonly from?: string
  readonly limit?: string
}
