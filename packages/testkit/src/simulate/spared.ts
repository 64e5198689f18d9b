/** Marks the specification of an actor that belongs to the test: no fault strikes it. */
export const spared = Symbol('spared')
