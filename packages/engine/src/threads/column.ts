/** A list of values on its way to another thread. What is no typed array is copied by the platform, as structuredClone does. */
export type Column =
  /** Whole ones apart, so that they are such to the machine again. */
  | { readonly kind: 'numbers'; readonly values: Float64Array | Int32Array }
  /** Texts, booleans, null and undefined that come again and again: their places in the list of those that both sides know. */
  | { readonly kind: 'words'; readonly places: Uint16Array; readonly news: readonly Word[] }
  | { readonly kind: 'records'; readonly shape: Shape; readonly columns: readonly Column[] }
  /** Records of a few shapes: which of the parts each comes from. */
  | { readonly kind: 'mixed'; readonly parts: readonly Column[]; readonly turns: Uint8Array }
  | { readonly kind: 'items'; readonly items: readonly unknown[] }

/** What a dictionary holds. */
export type Word = string | boolean | null | undefined

/** Fields of records that are alike: told once, and then by their number. */
export interface Shape {
  readonly number: number
  readonly names: readonly string[] | undefined
}
