/** Which methods a path knows, so that a wrong method is told from a wrong path. */
export interface MethodTable {
  add(pattern: string, method: string | string[]): void
  /** Methods of the routes that this URL matches. */
  allowed(url: string): string[]
}

export function createMethodTable(): MethodTable {
  const routes = new Map<string, { expression: RegExp; methods: Set<string> }>()
  return {
    add: (pattern, method) => {
      if (pattern === '*') return
      let route = routes.get(pattern)
      if (!route) {
        route = { expression: expressionOf(pattern), methods: new Set() }
        routes.set(pattern, route)
      }
      for (const name of [method].flat()) route.methods.add(name)
    },
    allowed: url => {
      const path = url.split('?', 1)[0] ?? ''
      const found = [...routes.values()].filter(route => route.expression.test(path))
      return [...new Set(found.flatMap(route => [...route.methods]))].sort()
    },
  }
}

/** `/sites/:id` as an expression; `*` matches the rest. */
function expressionOf(pattern: string): RegExp {
  const source = pattern
    .split('/')
    .map(part => (part.startsWith(':') ? '[^/]+' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')))
    .join('/')
  return new RegExp(`^${source}$`)
}
