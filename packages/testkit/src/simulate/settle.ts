// Taken before a simulation watches them, and so that fake timers of a test do not stop it.
const nextTick = process.nextTick.bind(process)
const macrotask = setImmediate
const BREATH_EVERY = 2048
let count = 0

function onTick(resolve: () => void): void {
  nextTick(resolve)
}

function onTurn(resolve: () => void): void {
  macrotask(resolve)
}

/**
 * Resolves when every promise that could go on has done so. To be awaited from a microtask: a tick comes after all
 * microtasks then, at a fifth of the cost of a turn of the event loop, which has its turn now and then all the same.
 */
export function settle(): Promise<void> {
  return new Promise(++count % BREATH_EVERY === 0 ? onTurn : onTick)
}
