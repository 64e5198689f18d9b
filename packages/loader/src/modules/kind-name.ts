/** What messages call a kind of definition: `emitter`, `watermark strategy`. */
export const kindName = (kind: string): string =>
  kind === 'watermarks' ? 'watermark strategy' : kind

/** The same with its article: `an emitter`. */
export const aKind = (kind: string): string =>
  `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kindName(kind)}`
