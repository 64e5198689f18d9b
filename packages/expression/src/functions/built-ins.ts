import type { BuiltIn } from './built-in.ts'
import { conversionFunctions } from './conversions.ts'
import { listFunctions } from './lists.ts'
import { numberFunctions } from './numbers.ts'
import { textFunctions } from './text.ts'
import { timeFunctions } from './times.ts'

/** Every function that needs neither the record nor the scope, by name. */
export const builtIns: ReadonlyMap<string, BuiltIn> = new Map(
  [
    ...numberFunctions,
    ...textFunctions,
    ...listFunctions,
    ...conversionFunctions,
    ...timeFunctions,
  ].map((each) => [each.name, each]),
)
