// A source of synthetic records for trying and testing jobs.
// It imitates no real system: each field is made on its own, from a seed.
// A record is a function of seed, field name and number, never of batches or clocks.
// Parameters: field-spec.ts; how values are made: make-field.ts.
// Start with generate.ts.
export { generate, generate as default, type GenerateParameters } from './generate.ts'
