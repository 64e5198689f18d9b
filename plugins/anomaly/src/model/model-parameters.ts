import * as z from '@millrace/sdk/zod'
import { kindFault } from '../kind-fault.ts'

const common = {
  window: z.int().min(1).max(10_000).default(64).meta({
    description: 'So many points, the newest of them the one that is judged, are a window.',
  }),
  gives: z.enum(['score', 'forecast', 'reconstruction']).default('score').meta({
    description:
      'What the model makes of a window. `score`: one number, larger is stranger; `forecast`: the next point, so its window ends before the one that is judged; `reconstruction`: the window again.',
  }),
  scale: z.enum(['standard', 'none']).default('standard').meta({
    description:
      '`standard`: each number less its mean, in standard deviations, of what the key had so far; `none`: as it is.',
  }),
  batch: z.int().min(1).max(10_000).default(64).meta({
    description: 'Most windows at once. Windows of several keys come together with `parallel`.',
  }),
  deadline: z.string().default('1s').meta({
    description: 'Without an answer for so long, the detector judges in its place.',
    format: 'duration',
  }),
}

const notAddress = 'must be a URL such as http://localhost:8080/score'

export const modelSchema = z.union(
  [
    z.strictObject({
      onnx: z.string().min(1).meta({ description: 'The file of the model.', format: 'path' }),
      input: z
        .string()
        .optional()
        .meta({ description: 'Input for the windows. Default: the first.' }),
      score: z.string().optional().meta({ description: 'Output to read. Default: the first.' }),
      threads: z
        .int()
        .min(1)
        .max(64)
        .default(1)
        .meta({ description: 'Threads that compute one batch.' }),
      ...common,
    }),
    z.strictObject({
      http: z
        .string()
        .regex(/^https?:\/\//u, notAddress)
        .refine((text) => URL.canParse(text), notAddress)
        .meta({
          description:
            'Where windows are sent: POST { windows: [[…], …] } is answered by { values: [[…], …] }, or a number in the place of a list of one.',
        }),
      authorization: z.string().optional().meta({
        description: 'Header that goes with each request, such as `Bearer ${TOKEN}`.',
        secret: true,
      }),
      ...common,
    }),
  ],
  { error: kindFault('a map with onnx, a file, or with http, a URL', ['onnx', 'http']) },
)

/** A model that judges, defaults filled in. */
export type ModelParameters = z.output<typeof modelSchema>
