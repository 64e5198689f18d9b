// DuckDB in process, on one thread. node duckdb.mjs <set> <input> <output>
import { load } from './load.mjs'

const { DuckDBInstance } = await load('@duckdb/node-api')
const [set, input, output] = process.argv.slice(2)

const isKept = `type = 'purchase' AND amount > 20`
const totals = (visits) => `
  SELECT user, minute AS "windowStart", minute + 60000 AS "windowEnd", count(*) AS count, sum(amount) AS total
  FROM (SELECT user, amount, time // 60000 * 60000 AS minute FROM ${visits} WHERE ${isKept})
  GROUP BY user, minute`
const needed = `user: 'VARCHAR', type: 'VARCHAR', amount: 'DOUBLE', time: 'BIGINT'`
const all = `id: 'BIGINT', time: 'BIGINT', user: 'VARCHAR', type: 'VARCHAR', amount: 'DOUBLE', page: 'VARCHAR', agent: 'VARCHAR'`
const json = (columns) =>
  `read_json('${input}', format = 'newline_delimited', columns = {${columns}})`

const sets = {
  job: () => totals(json(needed)),
  start: () => totals(json(needed)),
  filter: () => `SELECT * FROM ${json(all)} WHERE ${isKept}`,
  csv: () => totals(`read_csv('${input}', header = true, columns = {${all}})`),
}
const format = set === 'csv' ? 'csv' : 'json'

const instance = await DuckDBInstance.create(':memory:', {
  threads: '1',
  preserve_insertion_order: 'false',
})
const connection = await instance.connect()
await connection.run(`COPY (${sets[set]()}) TO '${output}' (FORMAT ${format})`)
