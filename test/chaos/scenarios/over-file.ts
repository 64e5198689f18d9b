import type { Draw } from '../draw.ts'
import { drawnFile, type RowOptions, rowsOf } from '../rows.ts'
import type { DrawnJob, Scenario } from '../scenario.ts'

/** A job that reads a file of rows, in a form that is drawn; `rest` is told its path. */
export const overFile =
  (
    rows: (draw: Draw, size: number) => RowOptions,
    rest: (draw: Draw, file: string) => Omit<DrawnJob, 'inputs'>,
  ): Scenario['job'] =>
  (draw, size) => {
    const { files, name } = drawnFile(draw, 'in', rowsOf(draw, rows(draw, size)))
    return { inputs: files, ...rest(draw, `'input/${name}'`) }
  }
