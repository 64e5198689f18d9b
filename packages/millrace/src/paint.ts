import { styleText } from 'node:util'

/** The few styles that reports use. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** Styles text for one stream. */
export type Paint = (style: Style, text: string) => string

/** No styles: for files, pipes and tests. */
export const plain: Paint = (_style, text) => text

/** Styles for a stream: none when it is not a terminal or NO_COLOR is set. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  return (style, text) => (text === '' ? '' : styleText(style, text, { stream }))
}
