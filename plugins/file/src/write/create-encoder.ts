import type { FileFormat } from '../format.ts'
import { csvEncoder } from './csv-encoder.ts'
import type { Encoder, EncoderOptions } from './encoder.ts'
import { FlatJson } from './flat-json.ts'
import type { LineBuffer } from './line-buffer.ts'
import { jsonText } from './no-json.ts'
import type { Refusal } from './refusal.ts'

const newline = 10

/** The encoder of a format. */
export function createEncoder(format: FileFormat, options: EncoderOptions): Encoder {
  if (format.format === 'jsonl') return jsonLinesEncoder()
  if (format.format === 'lines') return { encode: encodeLine, close: () => undefined }
  return format.format === 'json' ? jsonEncoder(options) : csvEncoder(format.delimiter, options)
}

function jsonLinesEncoder(): Encoder {
  const flat = new FlatJson()
  return {
    encode(value, out): Refusal | undefined {
      if (!flat.write(value, out)) {
        const text = jsonText(value)
        if (typeof text !== 'string') return text
        out.addText(text)
      }
      out.addByte(newline)
      return undefined
    },
    close: () => undefined,
  }
}

function encodeLine(value: unknown, out: LineBuffer): Refusal | undefined {
  const text = typeof value === 'string' ? value : jsonText(value)
  if (typeof text !== 'string') return text
  if (text.includes('\n') || text.includes('\r')) {
    const message = 'The text has a line break, so it would not be read again as one line.'
    return { code: 'FILE_VALUE', message }
  }
  out.addText(`${text}\n`)
  return undefined
}

function jsonEncoder({ isContinued }: EncoderOptions): Encoder {
  let isEmpty = !isContinued
  const flat = new FlatJson()
  return {
    encode(value, out): Refusal | undefined {
      const start = out.length
      out.addText(isEmpty ? '[\n' : ',\n')
      if (!flat.write(value, out)) {
        const text = jsonText(value)
        if (typeof text !== 'string') {
          out.length = start
          return text
        }
        out.addText(text)
      }
      isEmpty = false
      return undefined
    },
    close: (out) => out.addText(isEmpty ? '[]\n' : '\n]\n'),
  }
}
