/** A package of the folder in which the benchmark has installed those of others. */
export async function load(name) {
  const { load } = await import(process.env.BENCH_PEERS)
  return load(name)
}
