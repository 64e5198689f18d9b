/** What an id of a job's part may look like, and the name of an output: letters, digits and dashes, a letter first. */
export const idPattern: RegExp = /^[A-Za-z][A-Za-z0-9-]*$/
