/** A node of a model: an operator with names of what it reads and what it gives. */
export interface OnnxNode {
  readonly operator: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** What it takes besides: whole numbers and graphs, by name. */
  readonly attributes?: Readonly<Record<string, number | OnnxGraph>>
}

/** Nodes with what they read and give together. */
interface OnnxGraph {
  readonly nodes: readonly OnnxNode[]
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
}

/** Shapes: a text is a size that the caller chooses. Type: default float. */
interface OnnxValue {
  readonly name: string
  readonly shape: readonly (number | string)[]
  readonly type?: 'float' | 'whole' | 'truth'
}

/** A model of a few operators. */
export interface OnnxFile {
  readonly nodes: readonly OnnxNode[]
  readonly input: OnnxValue
  /** Further inputs. */
  readonly others?: readonly OnnxValue[]
  readonly output: OnnxValue
  /** Whole numbers that nodes read, by name. */
  readonly constants?: Readonly<Record<string, readonly number[]>>
}

const INT64 = 7
const types = { float: 1, whole: INT64, truth: 9 }

/** The bytes of a model in the format ONNX: protocol buffers by hand, after the fields of onnx.proto. */
export function onnxFile({
  constants = {},
  input,
  nodes,
  others = [],
  output,
}: OnnxFile): Uint8Array {
  const graph = [
    ...graphOf({ nodes, inputs: [input, ...others], outputs: [output] }),
    ...Object.entries(constants).flatMap(([name, values]) => bytesField(5, tensorOf(name, values))),
  ]
  // Version 8 of the format, version 18 of the operators.
  const operators = [...textField(1, ''), ...numberField(2, 18)]
  return Uint8Array.from([
    ...numberField(1, 8),
    ...bytesField(7, graph),
    ...bytesField(8, operators),
  ])
}

function graphOf({ inputs, nodes, outputs }: OnnxGraph): number[] {
  return [
    ...nodes.flatMap((node) => bytesField(1, nodeOf(node))),
    ...textField(2, 'graph'),
    ...inputs.flatMap((input) => bytesField(11, valueOf(input))),
    ...outputs.flatMap((output) => bytesField(12, valueOf(output))),
  ]
}

function nodeOf({ attributes = {}, inputs, operator, outputs }: OnnxNode): number[] {
  return [
    ...inputs.flatMap((name) => textField(1, name)),
    ...outputs.flatMap((name) => textField(2, name)),
    ...textField(4, operator),
    ...Object.entries(attributes).flatMap(([name, value]) =>
      bytesField(5, attributeOf(name, value)),
    ),
  ]
}

function attributeOf(name: string, value: number | OnnxGraph): number[] {
  const [type, content] =
    typeof value === 'number' ? [2, numberField(3, value)] : [5, bytesField(6, graphOf(value))]
  return [...textField(1, name), ...content, ...numberField(20, type)]
}

function tensorOf(name: string, values: readonly number[]): number[] {
  return [
    ...numberField(1, values.length),
    ...numberField(2, INT64),
    ...values.flatMap((value) => numberField(7, value)),
    ...textField(8, name),
  ]
}

function valueOf({ name, shape, type: of = 'float' }: OnnxValue): number[] {
  const sizes = shape.flatMap((size) =>
    bytesField(1, typeof size === 'number' ? numberField(1, size) : textField(2, size)),
  )
  const type = bytesField(1, [...numberField(1, types[of]), ...bytesField(2, sizes)])
  return [...textField(1, name), ...bytesField(2, type)]
}

function numberField(field: number, value: number): number[] {
  return [...varint(field << 3), ...varint(value)]
}

function textField(field: number, text: string): number[] {
  return bytesField(field, [...new TextEncoder().encode(text)])
}

function bytesField(field: number, bytes: readonly number[]): number[] {
  return [...varint((field << 3) | 2), ...varint(bytes.length), ...bytes]
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

/** Hangs for ever where a window of a batch has another number than 0 at its largest; else gives 0 for each. Windows of three points. */
export const hanging: OnnxFile = {
  nodes: [
    { operator: 'ReduceMax', inputs: ['window', 'all'], outputs: ['largest'] },
    { operator: 'Reshape', inputs: ['largest', 'single'], outputs: ['one'] },
    { operator: 'Cast', inputs: ['one'], outputs: ['on'], attributes: { to: types.truth } },
    { operator: 'ReduceMax', inputs: ['window', 'last'], outputs: ['begin'] },
    {
      operator: 'Loop',
      inputs: ['', 'on', 'begin'],
      outputs: ['score'],
      attributes: {
        body: {
          nodes: [
            { operator: 'Identity', inputs: ['again'], outputs: ['more'] },
            { operator: 'Identity', inputs: ['value'], outputs: ['same'] },
          ],
          inputs: [
            { name: 'round', shape: [], type: 'whole' },
            { name: 'again', shape: [], type: 'truth' },
            { name: 'value', shape: ['n', 1] },
          ],
          outputs: [
            { name: 'more', shape: [], type: 'truth' },
            { name: 'same', shape: ['n', 1] },
          ],
        },
      },
    },
  ],
  input: { name: 'window', shape: ['n', 3] },
  output: { name: 'score', shape: ['n', 1] },
  constants: { all: [0, 1], last: [1], single: [] },
}
