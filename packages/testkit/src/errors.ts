import { defineError } from '@millrace/base'

/** The definition under test refuses the parameters of the test. */
export const TST_PARAMETERS = defineError<{
  module: string
  path: string
  message: string
  hint: string
}>({
  code: 'TST_PARAMETERS',
  message: (d) =>
    `Parameters of "${d.module}"${d.path === '' ? '' : ` at ${d.path}`}: ${d.message}`,
  hint: (d) => d.hint,
})

/** The definition under test injects a token. */
export const TST_UNBOUND = defineError<{ token: string }>({
  code: 'TST_UNBOUND',
  message: (d) => `The definition under test asks for "${d.token}", which nothing provides.`,
  hint: () => 'Test a definition that needs a resource through a whole job for now.',
})

/** An option of a test, or a variable of the environment in its place, is not what it can be. */
export const TST_OPTION = defineError<{
  option: string
  value: string
  expected: string
  hint: string
}>({
  code: 'TST_OPTION',
  message: (d) => `${d.option} is ${d.value}, not ${d.expected}.`,
  hint: (d) => d.hint,
})

/** Recorded choices of a simulation cannot be read. */
export const TST_CHOICES = defineError<{ text: string; word: string }>({
  code: 'TST_CHOICES',
  message: (d) => `"${d.text}" is no list of choices: "${d.word}" is not a number in base 36.`,
  hint: () => 'Copy the whole word that the failed simulation printed.',
})

/** Code inside a simulation used a clock, a timer, chance or the outside world directly. */
export const TST_REAL = defineError<{ what: string; path: string; instead: string }>({
  code: 'TST_REAL',
  message: (d) => `${d.what} was used by ${d.path} inside a simulation, so it cannot be repeated.`,
  hint: (d) => `Use ${d.instead}.`,
})

/** A fault that a simulation put in on purpose. */
export const TST_INJECTED = defineError<{ fault: string; path: string }>({
  code: 'TST_INJECTED',
  message: (d) => `The simulation made ${d.path} fail: ${d.fault}.`,
  hint: () => 'Nothing is wrong with the actor: see how its supervisor and its peers take it.',
})

/** A simulation did not come to rest. */
export const TST_TURNS = defineError<{ turns: number; path: string; busiest: number }>({
  code: 'TST_TURNS',
  message: (d) =>
    `The simulation did not come to rest within ${d.turns} turns; ${d.path} took ${d.busiest} of them.`,
  hint: () => 'Run for a time (runFor) where timers repeat, or raise maxTurns.',
})

/** What a test waited for did not happen. */
export const TST_WAITED = defineError<{ what: string; withinMs: number; got: string }>({
  code: 'TST_WAITED',
  message: (d) => `${d.what} did not come within ${d.withinMs} ms of virtual time; ${d.got}.`,
  hint: () => 'Look at the trace of the simulation, or wait longer.',
})

/** A test names an actor that the simulation does not know. */
export const TST_NO_ACTOR = defineError<{ path: string; hint: string }>({
  code: 'TST_NO_ACTOR',
  message: (d) => `There is no actor ${d.path} in this simulation.`,
  hint: (d) => d.hint,
})

/** An exploration found a run that breaks a check. */
export const TST_EXPLORED = defineError<{ name: string; text: string; hint: string }>({
  code: 'TST_EXPLORED',
  message: (d) => `${d.name}: ${d.text}`,
  hint: (d) => d.hint,
})

/** The same seed gave two different runs. */
export const TST_NOT_DETERMINISTIC = defineError<{ seed: number; first: string; second: string }>({
  code: 'TST_NOT_DETERMINISTIC',
  message: (d) =>
    `Seed ${d.seed} gave two different runs; the first event that differs:\n  ${d.first}\n  ${d.second}`,
  hint: () =>
    'Look for state that outlives a run, the order of a Set of objects, or a promise of a library.',
})

/** A stage or an actor breaks a law; the smallest case found is the example. */
export const TST_LAW = defineError<{
  part: string
  title: string
  detail: string
  example: string
  seed: number | undefined
}>({
  code: 'TST_LAW',
  message: (d) => `${d.part} breaks the law "${d.title}". ${d.detail}\nFor ${d.example}`,
  hint: (d) =>
    d.seed === undefined
      ? 'Mend the definition.'
      : `Mend it, and find the case again with \`seed: ${d.seed}\`.`,
})

/** Laws were to be registered as tests where no test runner collects them. */
export const TST_RUNNER = defineError<{ call: string; instead: string }>({
  code: 'TST_RUNNER',
  message: (d) => `${d.call} registers tests of vitest, which does not run here.`,
  hint: (d) => `Await ${d.instead} instead: it needs no test runner.`,
})

/** A probe got something else than the test expects. */
export const TST_UNEXPECTED = defineError<{ what: string; expected: string; got: string }>({
  code: 'TST_UNEXPECTED',
  message: (d) => `${d.what}: expected ${d.expected}, got ${d.got}.`,
  hint: () => 'Use fish to skip messages that do not matter here.',
})

/** A probe shall answer, and the message taken last is no question. */
export const TST_NO_REPLY = defineError<{ id: string }>({
  code: 'TST_NO_REPLY',
  message: (d) => `The message that ${d.id} took last has no function to reply with.`,
  hint: () => 'Take a message first (expect, receive or fish) that carries its reply function.',
})
