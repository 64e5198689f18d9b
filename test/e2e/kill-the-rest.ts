import { afterEach } from 'vitest'
import { killTheRest } from './command.ts'

// A test that fails midway leaves its endless job running.
afterEach(killTheRest)
