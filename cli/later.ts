/** Commands that have a name but no work yet: says what each will do and ends with 1. `node cli/later.ts NAME` */
const LATER: Record<string, string> = {
  console: 'will build the web console that operators and drivers use, and serve it for development',
}

const name = process.argv[2] ?? ''
const what = LATER[name]
console.error(
  what === undefined
    ? `There is no command "${name}". Known here: ${Object.keys(LATER).join(', ')}.`
    : `"npm run ${name}" ${what}. It is not built yet.`,
)
process.exitCode = 1
