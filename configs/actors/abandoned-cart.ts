import { defineStage, type TimerContext } from '@millrace/sdk'
import { z } from 'zod'

interface Click {
  readonly action: 'add' | 'pay'
  readonly item?: string
}

/** Emits what lies in a cart that nobody touched for a while, by the clock. */
export default defineStage({
  name: 'abandoned-cart',
  summary: 'Finds carts that were filled and left alone.',
  parameters: z.strictObject({
    minutes: z.number().positive().meta({ description: 'Minutes without a click.' }),
  }),
  main: 'minutes',
  keeps: 'state',
  absorbs: true,
  retains: ({ minutes }) =>
    `It keeps the cart of each key until it is paid, or untouched for ${minutes} minutes.`,
  create({ clock, parameters, state, timers }) {
    const items = state.list<string>('items')
    const dueAt = state.value('dueAt', { initial: () => 0 })
    const empty = (): void => {
      timers.clock.delete(dueAt.get())
      items.clear()
      dueAt.clear()
    }
    return {
      process({ action, item = 'unknown' }: Click) {
        if (action === 'pay') return empty()
        timers.clock.delete(dueAt.get())
        dueAt.set(clock.now() + parameters.minutes * 60_000)
        timers.clock.set(dueAt.get())
        items.add(item)
      },
      onTimer(_timer, context: TimerContext) {
        context.emit({ ...context.key, items: items.values() })
        empty()
      },
    }
  },
})
