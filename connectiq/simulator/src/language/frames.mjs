/** The call stack: one Frame for each function that runs, with a chain of Scopes for its local variables. */

/** Local variables of one block; `parent` is the enclosing block. */
export class Scope {
  variables = new Map();

  constructor(parent) {
    this.parent = parent;
  }
}

/** One running function or initialiser; `node` is the statement that it is at. */
export class Frame {
  scope = new Scope(null);
  node = null;

  constructor(fn, self, { cls = null, module, imports, file = null }) {
    Object.assign(this, { fn, self, cls, module, imports, file });
  }

  get place() {
    return `${this.file ?? 'native'}:${this.node?.loc?.start.line ?? '?'}`;
  }

  /** The scope that holds a local variable, or null. */
  scopeOf(name) {
    for (let scope = this.scope; scope; scope = scope.parent) if (scope.variables.has(name)) return scope;
    return null;
  }
}
