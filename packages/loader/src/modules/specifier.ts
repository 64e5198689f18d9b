/** A module's name in a job file, taken apart. `export` is what stands after the `#`. */
export type Specifier = { readonly export?: string | undefined } & (
  | { readonly form: 'path'; readonly path: string }
  /** A short name: several packages may carry it. */
  | { readonly form: 'short'; readonly name: string }
  /** `subpath` starts with `./`, or is `.`. */
  | { readonly form: 'package'; readonly name: string; readonly subpath: string }
)

const exported = /#([\p{ID_Start}$_][\p{ID_Continue}$-]*)$/u
const path = /^(?:\.{1,2}[/\\]|\/|[A-Za-z]:[/\\])/
const short = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/
const packaged = /^((?:@[a-z0-9-][\w.-]*\/)?[a-z0-9-][\w.-]*)((?:\/[^/\\]+)*)$/

/** Undefined where the text can be no module at all. */
export function parseSpecifier(text: string): Specifier | undefined {
  const name = text.replace(exported, '')
  const rest = { export: exported.exec(text)?.[1] }
  if (path.test(name)) return { form: 'path', path: name, ...rest }
  if (short.test(name)) return { form: 'short', name, ...rest }
  const parts = packaged.exec(name)
  if (parts?.[1] === undefined) return undefined
  return { form: 'package', name: parts[1], subpath: `.${parts[2] ?? ''}`, ...rest }
}

/** Names of the packages that a short name stands for, in the order they are tried. */
export function packagesOf(name: string): readonly string[] {
  if (name.startsWith('millrace-plugin-')) return [name]
  return [`@millrace/${name}`, `millrace-plugin-${name}`]
}

/** The plugin a package is named after: `@acme/window` and `millrace-plugin-window` are `window`. */
export function pluginNameOf(packageName: string): string {
  return packageName.replace(/^@[^/]*\//, '').replace(/^millrace-plugin-/, '')
}
