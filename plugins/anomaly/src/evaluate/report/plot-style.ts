/** Colors of several lines in one chart. */
export const hues = [
  '#2762c9',
  '#b7791f',
  '#18864b',
  '#b0418f',
  '#0f8a99',
  '#8a5a3c',
  '#6a6fd1',
  '#7b8794',
]

/** What the report looks like, light or dark as the reader's screen is. */
export const plotStyle = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #64707f; --line: #d9dee5; --page: #fbfcfd; --card: #fff;
  --value: #2762c9; --band: #2762c91f; --score: #7a4fb5; --hit: #18864b; --miss: #cf3a2c; --bar: #b7791f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e9f0; --soft: #98a4b3; --line: #313a46; --page: #12161b;
  --card: #191f26; --value: #74a5ff; --band: #74a5ff26; --score: #b796ec; --hit: #46c07e; --miss: #ff7466; --bar: #e0a94a; } }
* { box-sizing: border-box; }
body { font: 14px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); margin: 0 auto; padding: 24px;
  max-width: 1240px; }
h1 { font-size: 22px; margin: 0; } h2 { font-size: 15px; margin: 0; font-weight: 600; } p { margin: 4px 0; }
.soft { color: var(--soft); }
table { border-collapse: collapse; margin: 16px 0; font-variant-numeric: tabular-nums; }
th { text-align: right; font-weight: 500; color: var(--soft); } th:first-child, td:first-child { text-align: left; }
td { text-align: right; } th, td { padding: 3px 14px 3px 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
a { color: inherit; text-decoration-color: var(--line); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; margin: 14px 0; }
section header { display: flex; gap: 16px; justify-content: space-between; align-items: baseline; flex-wrap: wrap; }
svg { max-width: 100%; } svg text { font: 11px system-ui, sans-serif; fill: var(--soft); }
canvas { display: block; width: 100%; height: 300px; cursor: crosshair; touch-action: none; }
.at { min-height: 1.5em; font-variant-numeric: tabular-nums; }
.key i { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin: 0 4px 0 12px; vertical-align: -1px; }
button { font: inherit; color: var(--soft); background: none; border: 1px solid var(--line); border-radius: 5px; }
`
