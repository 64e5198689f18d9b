/** How a handler returns: recognised once by its constructor, never by probing results. */
export type ProcessKind = 'plain' | 'async' | 'generator' | 'asyncGenerator'

const AsyncFunction = (async () => {}).constructor
const GeneratorFunction = function* () {}.constructor
const AsyncGeneratorFunction = async function* () {}.constructor

/** The kind of `handler`. */
export function processKind(handler: object): ProcessKind {
  switch (handler.constructor) {
    case AsyncFunction:
      return 'async'
    case GeneratorFunction:
      return 'generator'
    case AsyncGeneratorFunction:
      return 'asyncGenerator'
    default:
      return 'plain'
  }
}
