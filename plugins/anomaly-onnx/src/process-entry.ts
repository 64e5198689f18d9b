import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import { messageOf } from '@millrace/base'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import type { Answer, ModelFile, ModelPort, OpenedModel, Question } from './process-message.ts'

// The entry of a process that computes one model: first a file, then questions, one at a time.

/** What computes blocks its thread: another one hears that the process of the job is gone, however that ended. */
const watch = `
  const { Socket } = require('node:net')
  new Socket({ fd: 0 }).resume().on('close', () => process.kill(process.pid, 'SIGKILL'))
`
const watcher = new Worker(watch, { eval: true, execArgv: [] })
watcher.unref()

// The job says when it is over.
process.on('SIGINT', () => {}).on('SIGTERM', () => {})

let session: InferenceSession | undefined

async function open({ file, threads }: ModelFile): Promise<OpenedModel> {
  const bytes = await readFile(file)
  session = await InferenceSession.create(bytes, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // What goes wrong is told by the job; the runtime would say it to stderr, too.
    logSeverityLevel: 4,
  })
  return {
    id: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    inputs: session.inputMetadata.map(portOf),
    outputs: session.outputMetadata.map(portOf),
  }
}

function portOf(found: InferenceSession.ValueMetadata): ModelPort {
  const { name } = found
  return found.isTensor ? { name, type: found.type, shape: found.shape } : { name, shape: [] }
}

async function run({ input, output, shape, windows }: Question): Promise<Float32Array> {
  const results = await session?.run({ [input]: new Tensor('float32', windows, shape) }, [output])
  return Float32Array.from(results?.[output]?.data as ArrayLike<number>)
}

async function answerTo(message: ModelFile | Question): Promise<Answer> {
  try {
    return 'file' in message ? { opened: await open(message) } : { values: await run(message) }
  } catch (error) {
    return { fault: messageOf(error) }
  }
}

process.on('message', async (message: ModelFile | Question) => {
  const answer = await answerTo(message)
  process.send?.(answer)
})
