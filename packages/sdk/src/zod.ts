// The part of zod that Millrace's own plugins describe their parameters with, to be imported as a whole: import * as z.
// Published, it is one file with nothing but this in it: a process that loads zod itself reads a hundred files, half of them
// languages, and starts 30 ms later (docs/decisions/0004-start-up.md). Schemas of both kinds go together.
// Whoever needs more of zod takes it from there, or adds its name here. The types are those that declarations of schemas name.
export {
  array,
  boolean,
  enum,
  int,
  json,
  literal,
  null,
  number,
  type output,
  record,
  strictObject,
  string,
  union,
  unknown,
  type ZodArray,
  type ZodBoolean,
  type ZodDefault,
  type ZodEnum,
  type ZodExactOptional,
  type ZodInt,
  type ZodJSONSchema,
  type ZodLiteral,
  type ZodNull,
  type ZodNumber,
  type ZodObject,
  type ZodOptional,
  type ZodRecord,
  type ZodString,
  type ZodType,
  type ZodUnion,
  type ZodUnknown,
} from 'zod'
export type { $strict, $ZodTypeInternals } from 'zod/v4/core'
