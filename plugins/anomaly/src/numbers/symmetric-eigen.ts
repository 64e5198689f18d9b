/** More sweeps than this are never needed: what is off the diagonal squares with each of the last ones. */
const SWEEPS_MOST = 30
/** What is left off the diagonal, as a share of all. */
const TOLERANCE = 1e-22

/**
 * Finds the eigenvalues of a symmetric matrix and its eigenvectors by turning two axes at a time (Jacobi, 1846). The matrix is used up;
 * afterwards `values` has the eigenvalues from the largest down, and the rows of `vectors` are the unit vectors that belong to them.
 */
export function symmetricEigen(
  matrix: Float64Array,
  values: Float64Array,
  vectors: Float64Array,
): void {
  const size = values.length
  vectors.fill(0)
  for (let i = 0; i < size; i++) vectors[i * size + i] = 1
  for (let sweep = 0; sweep < SWEEPS_MOST && offDiagonal(matrix, size) > TOLERANCE; sweep++) {
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) turn(matrix, vectors, size, p, q)
    }
  }
  for (let i = 0; i < size; i++) values[i] = matrix[i * size + i] as number
  sort(values, vectors)
}

/** Sum of the squares off the diagonal, as a share of the sum of all. */
function offDiagonal(matrix: Float64Array, size: number): number {
  let off = 0
  let all = 0
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const square = (matrix[i * size + j] as number) ** 2
      all += square
      if (i !== j) off += square
    }
  }
  return all === 0 ? 0 : off / all
}

/** Turns the axes p and q so that nothing is left between them. */
function turn(
  matrix: Float64Array,
  vectors: Float64Array,
  size: number,
  p: number,
  q: number,
): void {
  const between = matrix[p * size + q] as number
  if (between === 0) return
  const ratio =
    ((matrix[q * size + q] as number) - (matrix[p * size + p] as number)) / (2 * between)
  const tangent = (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.hypot(ratio, 1))
  const cosine = 1 / Math.hypot(tangent, 1)
  const sine = tangent * cosine
  for (let i = 0; i < size; i++) rotate(matrix, i * size + p, i * size + q, cosine, sine)
  for (let i = 0; i < size; i++) rotate(matrix, p * size + i, q * size + i, cosine, sine)
  for (let i = 0; i < size; i++) rotate(vectors, p * size + i, q * size + i, cosine, sine)
}

function rotate(
  array: Float64Array,
  at: number,
  other: number,
  cosine: number,
  sine: number,
): void {
  const a = array[at] as number
  const b = array[other] as number
  array[at] = cosine * a - sine * b
  array[other] = sine * a + cosine * b
}

/** Largest first; rows of vectors go with their values. */
function sort(values: Float64Array, vectors: Float64Array): void {
  const size = values.length
  for (let i = 0; i < size; i++) {
    let best = i
    for (let j = i + 1; j < size; j++)
      if ((values[j] as number) > (values[best] as number)) best = j
    if (best === i) continue
    const value = values[i] as number
    values[i] = values[best] as number
    values[best] = value
    for (let k = 0; k < size; k++) {
      const part = vectors[i * size + k] as number
      vectors[i * size + k] = vectors[best * size + k] as number
      vectors[best * size + k] = part
    }
  }
}
