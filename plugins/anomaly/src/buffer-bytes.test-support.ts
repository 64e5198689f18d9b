import { Session } from 'node:inspector'

interface Remote {
  readonly objectId?: string
  readonly value?: unknown
}
interface Property {
  readonly value?: Remote
}
interface Answer {
  readonly result: Remote & Iterable<Property>
  readonly privateProperties?: readonly Property[]
}

/** By which the debugger hands over what it finds. */
const seat = Symbol.for('millrace.buffer-bytes')

/** How many bytes the buffers have that an object keeps, in private fields, too. What only a closure keeps is not found. */
export function bufferBytes(object: object): number {
  const session = new Session()
  session.connect()
  const post = (method: string, parameters: object): Answer => {
    let answer: Answer | undefined
    // Within its own thread a session answers before it returns.
    session.post(method, parameters, (error, result) => {
      if (error !== null) throw error
      answer = result as Answer
    })
    return answer as Answer
  }
  const seen = new Set<unknown>()
  let bytes = 0
  /** Whether it was not there before. */
  const visit = (one: unknown): boolean => {
    const kept = ArrayBuffer.isView(one) ? one.buffer : one
    if (seen.has(kept)) return false
    seen.add(kept)
    if (kept instanceof ArrayBuffer) bytes += kept.byteLength
    return kept === one
  }
  const globals = globalThis as Record<symbol, unknown>
  globals[seat] = { object, visit }
  const expression = "globalThis[Symbol.for('millrace.buffer-bytes')]"
  const left = [post('Runtime.evaluate', { expression: `${expression}.object` }).result]
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    const { objectId } = one
    if (objectId === undefined) continue
    const functionDeclaration = `function () { return ${expression}.visit(this) }`
    const isNew = post('Runtime.callFunctionOn', { objectId, functionDeclaration }).result.value
    if (isNew !== true) continue
    const { result, privateProperties = [] } = post('Runtime.getProperties', {
      objectId,
      ownProperties: true,
    })
    for (const { value } of [...result, ...privateProperties]) {
      if (value !== undefined) left.push(value as Answer['result'])
    }
  }
  globals[seat] = undefined
  session.disconnect()
  return bytes
}
