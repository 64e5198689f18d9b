// Types and values of the library first, then its literals and operators, then the words CEL keeps for later.
const words =
  'bool bytes cel double google int list map null_type optional string type uint ' +
  'false in null true __proto__ prototype ' +
  'as break const continue else for function if import let loop namespace package return var void while'

/** Names that an expression cannot use bare for a field; `record.type` reads such a field. A test compares the list with the parser. */
export const reservedNames: readonly string[] = words.split(' ')
