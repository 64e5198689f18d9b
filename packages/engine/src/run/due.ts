/** Tells a stage that the clock has come to one of its timers. */
export interface Due {
  readonly kind: 'due'
}

export const DUE: Due = { kind: 'due' }
