import type { Progress } from '@millrace/engine'
import type { Terminal } from '../print.ts'
import { paceOf, type Pace } from './pace.ts'
import { renderBar } from './progress-bar.ts'
import { renderProgressLine } from './progress-line.ts'

const barEveryMs = 100
const lineEveryMs = 2000
const eraseLine = '\r\u001B[2K'

/** Shows how far a job is: one redrawn line on a terminal, a line every two seconds elsewhere. */
export interface ProgressDisplay {
  /** Begins to draw. */
  follow(progress: () => Progress): void
  /** Writes a line that stays, above the bar. */
  say(line: string): void
  /** Draws no more; takes the bar away. */
  end(): void
}

/** Writes what is said and draws nothing: for `--quiet` and `--json`. */
export function silentDisplay(terminal: Terminal): ProgressDisplay {
  return {
    follow: () => undefined,
    say: (line) => terminal.error(`${line}\n`),
    end: () => undefined,
  }
}

/** A display on stderr. The timer does not keep the process alive. */
export function progressDisplay(name: string, terminal: Terminal): ProgressDisplay {
  let timer: NodeJS.Timeout | undefined
  let drawn = ''
  let pace: Pace | undefined

  const draw = (progress: Progress): void => {
    pace = paceOf(progress, pace)
    if (terminal.interactive) {
      drawn = renderBar(name, pace, terminal.columns(), terminal.errorPaint)
      terminal.error(eraseLine + drawn)
    } else {
      terminal.error(`${renderProgressLine(name, pace)}\n`)
    }
  }

  return {
    follow(progress) {
      const everyMs = terminal.interactive ? barEveryMs : lineEveryMs
      timer = setInterval(() => draw(progress()), everyMs)
      timer.unref()
    },
    say(line) {
      terminal.error(drawn === '' ? `${line}\n` : `${eraseLine}${line}\n${drawn}`)
    },
    end() {
      clearInterval(timer)
      if (drawn !== '') terminal.error(eraseLine)
      drawn = ''
    },
  }
}
