import { type ASTNode, ParseError, parse as parseCel } from '@marcbachmann/cel-js'
import { EXP_RESERVED_NAME, EXP_SYNTAX } from '../errors.ts'

/** The syntax tree of a text as the library gives it. Throws EXP_SYNTAX and EXP_RESERVED_NAME with the column. */
export function parse(text: string): ASTNode {
  try {
    return parseCel(text).ast
  } catch (error) {
    if (error instanceof ParseError) throw explain(error, text)
    throw error
  }
}

const tokens: Readonly<Record<string, string>> = {
  EOF: 'the end',
  LPAREN: '"("',
  RPAREN: '")"',
  LBRACKET: '"["',
  RBRACKET: '"]"',
  LBRACE: '"{"',
  RBRACE: '"}"',
  COLON: '":"',
  COMMA: '","',
  DOT: '"."',
  QUESTION: '"?"',
  IDENTIFIER: 'a name',
  NUMBER: 'a number',
  STRING: 'a text',
  BYTES: 'bytes',
  BOOLEAN: 'true or false',
  NULL: 'null',
  IN: '"in"',
  NOT: '"!"',
  AND: '"&&"',
  OR: '"||"',
  EQ: '"=="',
  NE: '"!="',
  LT: '"<"',
  LE: '"<="',
  GT: '">"',
  GE: '">="',
  PLUS: '"+"',
  MINUS: '"-"',
  MULTIPLY: '"*"',
  DIVIDE: '"/"',
  MODULO: '"%"',
}

// A Map: fields may be called as members of every object are, like valueOf.
const operatorWords = new Map([
  ['and', '&&'],
  ['or', '||'],
  ['not', '!'],
])

/** The library's parse error in our words, with a next step for the slips that happen most. */
function explain(error: ParseError, text: string): Error {
  const start = error.range?.start ?? 0
  const where = { column: start + 1 }
  const reserved = /^Reserved identifier: (\w+)$/.exec(error.summary)?.[1]
  if (reserved !== undefined) return EXP_RESERVED_NAME({ text, name: reserved }, where)
  if (error.summary === 'Unexpected token: IN')
    return EXP_RESERVED_NAME({ text, name: 'in' }, where)
  if (text.trim() === '') {
    return EXP_SYNTAX({ text, problem: 'Nothing to evaluate', hint: 'Write an expression.' }, where)
  }
  // `not` is read as a field, and the fault is found behind it.
  const not = /\bnot\s+$/.exec(text.slice(0, start))
  const word = not === null ? /^\w+/.exec(text.slice(start))?.[0] : 'not'
  const operator = word === undefined ? undefined : operatorWords.get(word)
  if (error.code === 'invalid_macro_argument') {
    const macro = /^\w+/.exec(error.summary)?.[0] ?? ''
    const problem = `The variable of ${macro}() is not a plain name`
    return EXP_SYNTAX({ text, problem, hint: `Write list.${macro}(x, …).` }, where)
  }
  if (error.code === 'unexpected_character') {
    if (text[start] === '=') {
      const hint = 'Write == to compare.'
      return EXP_SYNTAX({ text, problem: 'Unexpected "="', hint }, where)
    }
    const found = word ?? text[start] ?? ''
    const hint = operator === undefined ? undefined : `Write ${operator} for "${word}".`
    const column = (not?.index ?? start) + 1
    return EXP_SYNTAX({ text, problem: `Unexpected "${found}"`, hint }, { column })
  }
  const problem = error.summary
    .replace(/^Unexpected token: (\w+)$/, (_, name: string) => `Unexpected ${tokens[name] ?? name}`)
    .replace(/\b[A-Z]{2,}\b/g, (name) => tokens[name] ?? name)
  return EXP_SYNTAX({ text, problem }, where)
}
