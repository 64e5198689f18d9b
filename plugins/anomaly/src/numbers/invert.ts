/** Inverts a symmetric positive definite matrix of `size` rows in place (Gauss and Jordan, without pivoting: none is needed for these). */
export function invert(matrix: Float64Array, size: number): void {
  for (let k = 0; k < size; k++) {
    const row = k * size
    const factor = 1 / (matrix[row + k] as number)
    matrix[row + k] = 1
    for (let j = 0; j < size; j++) matrix[row + j] = factor * (matrix[row + j] as number)
    for (let i = 0; i < size; i++) {
      if (i === k) continue
      const other = i * size
      const part = matrix[other + k] as number
      matrix[other + k] = 0
      for (let j = 0; j < size; j++) {
        matrix[other + j] = (matrix[other + j] as number) - part * (matrix[row + j] as number)
      }
    }
  }
}
