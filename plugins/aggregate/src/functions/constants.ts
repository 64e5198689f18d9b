import { AGG_ARGUMENTS } from '../errors.ts'

/** A constant argument that must be a number in a range; throws AGG_ARGUMENTS. */
export function constantBetween(
  usage: string,
  name: string,
  value: unknown,
  least: number,
  most: number,
): number {
  if (typeof value === 'number' && value >= least && value <= most) return value
  throw AGG_ARGUMENTS({
    call: usage,
    usage: `${usage} with ${name} from ${least} to ${most}`,
    fault: `needs a number from ${least} to ${most} for ${name}; got ${JSON.stringify(value) ?? 'nothing'}`,
  })
}
