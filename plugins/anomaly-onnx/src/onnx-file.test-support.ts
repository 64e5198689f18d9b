/** A node of a model: an operator with names of what it reads and what it gives. */
export interface OnnxNode {
  readonly operator: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

/** A model of a few operators. Shapes: a text is a size that the caller chooses. */
export interface OnnxFile {
  readonly nodes: readonly OnnxNode[]
  readonly input: { readonly name: string; readonly shape: readonly (number | string)[] }
  readonly output: OnnxFile['input'] & { readonly isWhole?: boolean }
  /** Whole numbers that nodes read, by name. */
  readonly constants?: Readonly<Record<string, readonly number[]>>
}

const FLOAT = 1
const INT64 = 7

/** The bytes of a model in the format ONNX: protocol buffers by hand, after the fields of onnx.proto. */
export function onnxFile({ constants = {}, input, nodes, output }: OnnxFile): Uint8Array {
  const graph = [
    ...nodes.flatMap((node) => bytesField(1, nodeOf(node))),
    ...textField(2, 'graph'),
    ...Object.entries(constants).flatMap(([name, values]) => bytesField(5, tensorOf(name, values))),
    ...bytesField(11, valueOf(input)),
    ...bytesField(12, valueOf(output)),
  ]
  // Version 8 of the format, version 18 of the operators.
  const operators = [...textField(1, ''), ...numberField(2, 18)]
  return Uint8Array.from([
    ...numberField(1, 8),
    ...bytesField(7, graph),
    ...bytesField(8, operators),
  ])
}

function nodeOf({ inputs, operator, outputs }: OnnxNode): number[] {
  return [
    ...inputs.flatMap((name) => textField(1, name)),
    ...outputs.flatMap((name) => textField(2, name)),
    ...textField(4, operator),
  ]
}

function tensorOf(name: string, values: readonly number[]): number[] {
  return [
    ...numberField(1, values.length),
    ...numberField(2, INT64),
    ...values.flatMap((value) => numberField(7, value)),
    ...textField(8, name),
  ]
}

function valueOf({ isWhole = false, name, shape }: OnnxFile['output']): number[] {
  const sizes = shape.flatMap((size) =>
    bytesField(1, typeof size === 'number' ? numberField(1, size) : textField(2, size)),
  )
  const type = bytesField(1, [...numberField(1, isWhole ? INT64 : FLOAT), ...bytesField(2, sizes)])
  return [...textField(1, name), ...bytesField(2, type)]
}

function numberField(field: number, value: number): number[] {
  return [field << 3, ...varint(value)]
}

function textField(field: number, text: string): number[] {
  return bytesField(field, [...new TextEncoder().encode(text)])
}

function bytesField(field: number, bytes: readonly number[]): number[] {
  return [(field << 3) | 2, ...varint(bytes.length), ...bytes]
}

/** Of a whole number of at least 0, and -1 as 64 bits. */
function varint(value: number): number[] {
  let rest = BigInt.asUintN(64, BigInt(value))
  const bytes: number[] = []
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  return [...bytes, Number(rest)]
}
