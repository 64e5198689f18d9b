import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { catchSignals } from './signals.ts'

describe('catchSignals', () => {
  let seen: string[]
  let release: () => void
  beforeEach(() => {
    vi.useFakeTimers()
    seen = []
    release = catchSignals({
      first: () => void seen.push('first'),
      armed: () => void seen.push('armed'),
      second: () => void seen.push('second'),
    })
  })
  afterEach(() => {
    release()
    vi.useRealTimers()
  })

  it('takes one Ctrl-C that arrives several times within moments for one', () => {
    process.emit('SIGINT', 'SIGINT')
    process.emit('SIGINT', 'SIGINT')
    vi.advanceTimersByTime(400)
    process.emit('SIGINT', 'SIGINT')

    expect(seen).toEqual(['first'])
  })

  it('takes a later one for the second, and says from when on it would', () => {
    process.emit('SIGTERM', 'SIGTERM')
    vi.advanceTimersByTime(500)
    process.emit('SIGTERM', 'SIGTERM')

    expect(seen).toEqual(['first', 'armed', 'second'])
  })

  it('takes another signal for the second one at once', () => {
    process.emit('SIGINT', 'SIGINT')
    process.emit('SIGTERM', 'SIGTERM')

    expect(seen).toEqual(['first', 'second'])
  })

  it('says nothing more once it was released', () => {
    process.emit('SIGINT', 'SIGINT')
    release()
    vi.advanceTimersByTime(1000)

    expect(seen).toEqual(['first'])
    expect(process.listenerCount('SIGTERM')).toBe(0)
  })
})
