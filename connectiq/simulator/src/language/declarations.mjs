/** What source declares: modules, classes, functions, variables and imports. */

const withOwner = (owner, name) => (owner && owner.name !== '$' ? `${owner.fullName}.${name}` : name);

/** A module; `members` maps a name to a module, class, function, Slot or, in native modules, a constant. */
export class MModule {
  kind = 'module';
  members = new Map();
  native = false;
  complete = false;

  constructor(name, parent) {
    this.name = name;
    this.parent = parent;
  }

  get fullName() {
    return withOwner(this.parent, this.name);
  }
}

/** A class; `superclass` is undefined until it is resolved from `superclassNode`. */
export class MClass {
  kind = 'class';
  fields = [];
  methods = new Map();
  statics = new Map();
  native = false;
  complete = false;
  abstract = false;
  superclass = undefined;
  superclassNode = null;
  construct = null;
  matches = null;

  constructor(name, module, outer = null) {
    this.name = name;
    this.module = module;
    this.outer = outer;
  }

  get fullName() {
    return withOwner(this.outer ?? this.module, this.name);
  }
}

/** A function or method; `native` is a JavaScript function, otherwise `node` is its syntax tree. */
export class MFunction {
  kind = 'function';
  native = null;
  node = null;
  cls = null;
  parameters = [];
  parameterTypes = [];
  returnType = null;
  arity = null;
  isStatic = false;
  annotations = [];

  constructor(name, module, details) {
    this.name = name;
    this.module = module;
    Object.assign(this, details);
  }

  get fullName() {
    return withOwner(this.cls ?? this.module, this.name);
  }
}

/** A variable or constant of a module or class; its initialiser runs when it is first needed. */
export class Slot {
  value = null;

  constructor({ isConst, node, context }) {
    this.isConst = isConst;
    this.node = node;
    this.context = context;
    this.state = node ? 'waiting' : 'ready';
  }
}

/** The imports of one file, module or class body; `parent` is the enclosing body's. */
export class Imports {
  list = [];

  constructor(parent = null) {
    this.parent = parent;
  }

  /** All imports that code here sees, the nearest first. */
  *visible() {
    for (let imports = this; imports; imports = imports.parent) yield* imports.list.toReversed();
  }
}

/** The name in a declaration, whether or not a type follows it. */
export const declaredName = (node) => (node.type === 'BinaryExpression' ? node.left.name : node.name);
