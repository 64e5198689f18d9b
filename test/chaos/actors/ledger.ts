import { defineStage, type RecordContext, type Timer, type TimerContext } from '@millrace/sdk'
import { z } from 'zod'
import type { Row } from '../rows.ts'

/** Keeps accounts by key: what each kind of state is for, in one stage. */
export default defineStage({
  name: 'ledger',
  summary: 'Keeps accounts, tells their turns and closes those that were quiet.',
  parameters: z.strictObject({ quietMs: z.number().positive() }),
  keeps: 'state',
  retains: ({ quietMs }) => `It keeps an account until it was quiet for ${quietMs} ms.`,
  create({ parameters, state, timers: { event } }) {
    const { quietMs } = parameters
    const balance = state.value('balance', { initial: () => 0 })
    const dueAt = state.value('dueAt', { initial: () => 0 })
    const words = state.map<string, number>('words', { ttl: { ms: quietMs * 2 } })
    const recent = state.list<number>('recent')
    const times = state.ordered<number>('times')
    const figures = state.numbers('figures', { create: () => ({ count: 0, largest: 0 }) })
    const all = state.global().value('all', { initial: () => 0 })
    return {
      process(row: Row, context: RecordContext) {
        balance.set(balance.get() + row.n)
        words.set(row.text, (words.get(row.text) ?? 0) + 1)
        recent.add(row.id)
        all.set(all.get() + 1)
        if (row.n % 50 === 0) return context.reject('LEDGER_ROUND', `${row.n} is too round.`)
        times.add(row.t, row.id)
        const figure = figures.get()
        figure.count++
        figure.largest = Math.max(figure.largest, row.n)
        event.delete(dueAt.get())
        dueAt.set(row.t + quietMs)
        event.set(dueAt.get())
        if (recent.values().length < 8) return undefined
        const ids = recent.values()
        recent.clear()
        return { kind: 'turn', key: row.key, balance: balance.get(), ids, all: all.get() }
      },
      onTimer({ at }: Timer, context: TimerContext) {
        const { count, largest } = figures.get()
        context.emit({
          kind: 'closed',
          ...context.key,
          at,
          balance: balance.get(),
          count,
          largest,
          words: [...words.entries()],
          times: [...times.range(0, at + 1)].length,
        })
        for (const handle of [balance, words, recent, times, figures]) handle.clear()
      },
      onEnd(context) {
        for (const [key, value] of balance.entries())
          context.emit({ kind: 'left', ...key, balance: value })
      },
    }
  },
})
