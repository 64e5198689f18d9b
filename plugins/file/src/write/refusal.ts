/** Why a record cannot be written. */
export interface Refusal {
  readonly code: string
  readonly message: string
}
