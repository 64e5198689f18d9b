import type { Mock } from '@millrace/loader'
import type { StageFactory } from '@millrace/sdk'

/**
 * A stage whose code does not run: the n-th record that reaches it gives the n-th record of each mock, with the event time
 * of the record in hand. A list in the place of a record stands for several, an empty one for none.
 */
export function mockedStage(
  { traits }: StageFactory,
  mocks: readonly Mock[],
  onMissing: (mock: Mock, record: unknown) => void,
): StageFactory {
  return {
    traits: { ...traits, keeps: 'instance', passes: undefined },
    create({ outputs }) {
      let count = 0
      const process = (record: unknown): void => {
        const index = count++
        for (const mock of mocks) {
          if (index >= mock.records.length) {
            onMissing(mock, record)
            continue
          }
          const given = mock.records[index]
          const handle = outputs[mock.of.output ?? '']
          for (const value of Array.isArray(given) ? given : [given]) handle?.emit(value)
        }
      }
      return { process, on: Object.fromEntries(traits.inputs.map((name) => [name, process])) }
    },
    dispose: () => undefined,
  }
}
