import { compileFunction as compile } from 'node:vm'
import type { Compile } from './row-code.ts'

export const compileFunction: Compile = (parameters, body) => compile(body, [...parameters])
