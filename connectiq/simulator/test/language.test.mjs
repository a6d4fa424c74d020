/** The Monkey C language and Toybox.Lang, Math, StringUtil and Test. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DeviceError, Gap, ProcessEnd, Thrown } from '../src/language/errors.mjs';
import { Machine } from '../src/language/machine.mjs';
import { reportOf, runTests } from '../src/language/testrunner.mjs';
import { MFloat, typeName } from '../src/language/values.mjs';
import { loadProject } from '../src/project/project.mjs';
import { parseSource } from '../src/project/source.mjs';
import { installLang } from '../src/toybox/lang.mjs';
import { installMath } from '../src/toybox/math.mjs';
import { installStringUtil } from '../src/toybox/stringutil.mjs';
import { installTest } from '../src/toybox/test.mjs';

function machineWith(files, { limits, ...options } = {}) {
  const machine = new Machine(limits);
  installLang(machine);
  installMath(machine);
  installStringUtil(machine);
  installTest(machine);
  machine.load(files, options);
  return machine;
}

const IMPORTS = 'import Toybox.Lang; import Toybox.Math; import Toybox.StringUtil; import Toybox.Test;';
const fileOf = (text) => ({ path: 'Case.mc', ast: parseSource(`${IMPORTS}\n${text}`, 'Case.mc') });

/** Run `function run()` of a source text. */
function runSource(text, options = {}) {
  const machine = machineWith([fileOf(text)], options);
  const result = machine.enter(() => machine.callMethod(machine.global, 'run', []));
  return { result, machine, quirks: [...machine.quirks.values()].map(({ id }) => id) };
}

const evaluate = (expression) => runSource(`function run() { return ${expression}; }`).result;

/** Run what must end in a device error; gives the error. */
function deviceErrorOf(text, options) {
  try {
    runSource(text, options);
  } catch (error) {
    assert.ok(error instanceof DeviceError, `${error.constructor.name}: ${error.message}`);
    return error;
  }
  return assert.fail('nothing failed');
}

describe('the (:test) functions of test/language', () => {
  const jungle = fileURLToPath(new URL('./language/monkey.jungle', import.meta.url));
  const { files } = loadProject(jungle, 'fenix7');
  const results = runTests(() => machineWith(files, { tests: true }));
  it('are found', () => assert.ok(results.length > 35, `${results.length} tests`));
  for (const { name, status, message, trace, quirks } of results)
    it(name, () => {
      assert.equal(status, 'PASS', `${message}\n${trace}`);
      assert.deepEqual(quirks, []);
    });
});

describe('device errors, which code cannot catch', () => {
  const cases = [
    ['a call on null', 'Unexpected Type Error', 'var n = null; return n.length();'],
    ['a member of null', 'Unexpected Type Error', 'var n = null; return n.x;'],
    ['an index beyond the end', 'Array Out Of Bounds Error', 'return [1][1];'],
    ['a negative index', 'Array Out Of Bounds Error', 'return [1][-1];'],
    ['a write beyond the end', 'Array Out Of Bounds Error', 'var a = [1]; a[1] = 2;'],
    ['a String as index', 'Unexpected Type Error', 'return [1]["a"];'],
    ['an index of a String', 'Unexpected Type Error', 'return "abc"[0];'],
    ['a sum with null', 'Unexpected Type Error', 'return null + 1;'],
    ['Strings in order', 'Unexpected Type Error', 'return "a" < "b";'],
    ['a remainder of Floats', 'Unexpected Type Error', 'return 1.5 % 1;'],
    ['a division by zero', 'Unhandled Exception', 'return 1 / 0;'],
    ['an unknown name', 'Symbol Not Found Error', 'return nothingHere;'],
    ['an unknown function', 'Symbol Not Found Error', 'return nothingHere();'],
    ['an unknown method', 'Symbol Not Found Error', 'return new C(1).bogus();'],
    ['an unknown member of a module', 'Symbol Not Found Error', 'return $.M.bogus;'],
    ['a private field from outside', 'Symbol Not Found Error', 'return new C(1).hiddenField;'],
    ['an instance method through the class', 'Symbol Not Found Error', 'return C.get();'],
    ['a write to a const', 'Unexpected Type Error', 'M.K = 2;'],
    ['a write to a function', 'Unexpected Type Error', 'M.two = 2;'],
    ['too few arguments', 'Too Few Arguments Error', 'return M.two(1);'],
    ['too many arguments', 'Too Many Arguments Error', 'return M.two(1, 2, 3);'],
    ['more than ten arguments', 'Too Many Arguments Error', 'return M.eleven(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);'],
    ['too many arguments of a Lang method', 'Too Many Arguments Error', 'return "a".length(1);'],
    ['too few arguments of new', 'Too Few Arguments Error', 'return new C();'],
    ['a Method that is called', 'Unexpected Type Error', 'var f = new Lang.Method(M, :two); return f(1, 2);'],
    ['new of a value type', 'Unexpected Type Error', 'return new Lang.Number();'],
    ['an endless loop', 'Watchdog Tripped Error', 'while (true) {}'],
    ['an endless for', 'Watchdog Tripped Error', 'for (;;) {}'],
    ['an endless recursion', 'Stack Overflow Error', 'return run();'],
    ['a constant that needs itself', 'Circular Dependency Error', 'return M.A;'],
    ['a throw of a String', 'Unexpected Type Error', 'throw "text";'],
    ['a place beyond the parameters of format()', 'Array Out Of Bounds Error', 'return Lang.format("$2$", [1]);'],
  ];
  const around = `
    module M { const K = 1; const A = B; const B = A; function two(a, b) { return a; }
      function eleven(a, b, c, d, e, f, g, h, i, j, k) { return a; } }
    class C { private var hiddenField = 1; function initialize(x) { } function get() { return 1; } }`;
  for (const [name, kind, body] of cases)
    it(name, () => {
      const guarded = `try { ${body} } catch (e) { return "caught"; } finally { return "finally"; }`;
      const error = deviceErrorOf(`${around} function run() { ${guarded} }`, { limits: { watchdog: 10_000 } });
      assert.equal(error.kind, kind);
      assert.match(error.trace, /at .*run \(Case\.mc:\d+\)/);
    });

  it('each entry from the host has its own watchdog', () => {
    const machine = machineWith([fileOf('function run() { for (var i = 0; i < 100; i++) { } return 1; }')], {
      limits: { watchdog: 2000 },
    });
    for (let i = 0; i < 10; i++) machine.enter(() => machine.callMethod(machine.global, 'run', []));
  });
});

describe('exceptions', () => {
  it('leave the machine when nothing catches them, with the trace of the throw', () => {
    const source =
      'class E extends Lang.Exception { function initialize() { Exception.initialize(); mMessage = "why"; } }';
    try {
      runSource(`${source} function run() { throw new E(); }`);
      assert.fail('nothing was thrown');
    } catch (error) {
      assert.ok(error instanceof Thrown, error.message);
      assert.equal(error.object.fields.get('mMessage'), 'why');
      assert.match(error.object.native.trace, /at run \(Case\.mc:2\)/);
    }
  });
});

describe('gaps of the simulator', () => {
  const cases = [
    ['an unknown member of a Toybox module', 'return Math.variance([1], null);', /Toybox\.Math\.variance/],
    ['an unknown method of a value', 'return "a".toUpper();', /String\.toUpper/],
    ['a ByteArray', 'return [1]b;', /ByteArray/],
    ['an unknown Toybox module', 'return Toybox.Sensor.getInfo();', /Toybox\.Sensor/],
    [
      'an unknown member of a Toybox exception',
      'return new Lang.Exception().printStackTrace();',
      /Exception\.printStackTrace/,
    ],
    ['a function that is used as a value', 'var f = run; return f;', /function 'run'/],
    ['a format that is not documented', 'return 1.format("%s");', /%s/],
  ];
  for (const [name, body, message] of cases)
    it(name, () => {
      const source = `function run() { try { ${body} } catch (e) { return 0; } finally { return 0; } }`;
      assert.throws(
        () => runSource(source),
        (error) => error instanceof Gap && message.test(error.message),
      );
    });

  it('an import of an unknown module, when it is used', () => {
    const source = 'import Toybox.Sensor; function run() { return Sensor.getInfo(); }';
    assert.throws(() => runSource(source), { constructor: Gap, message: /Toybox\.Sensor is not modelled/ });
  });

  it('the annotations (:debug) and (:release)', () =>
    assert.throws(() => runSource('(:release) function run() { }'), { constructor: Gap, message: /release/ }));
});

describe('what a process loads', () => {
  const source = `
    (:background) module Service { function count() { return Store.size(); } function call() { return Screen.draw(); } function speed() { return $.speed(); } }
    module Store { (:background) function size() { return 3; } (:background, :glance) const LIMIT = 5; var other = 1; }
    class Screen { static function draw() { return 1; } }
    (:slow) function speed() { return 1; }
    (:fast) function speed() { return 2; }
    (:test) function checks(logger) { return true; }
    (:background) function run() { return Service.count(); }`;
  const run = (member, options) => {
    const machine = machineWith([fileOf(source)], { exclude: new Set(['slow']), ...options });
    const [module, name] = member.split('.');
    return machine.enter(() => machine.callMethod(machine.resolve(module), name, []));
  };

  it('the app: everything that is not excluded', () => {
    assert.equal(run('Service.call'), 1);
    assert.equal(run('Service.speed'), 2);
    assert.equal(run('Service.speed', { exclude: new Set(['fast']) }), 1);
  });

  it('a background process: annotated code, also by the module around it', () =>
    assert.equal(run('Service.count', { scope: 'background' }), 3));

  it('code outside fails as on a watch, and the missing annotation is named', () => {
    const error = deviceErrorOf(source.replace('return Service.count()', 'return Service.call()'), {
      exclude: new Set(['slow']),
      scope: 'background',
    });
    assert.equal(error.kind, 'Symbol Not Found Error');
    assert.match(error.message, /Screen \(Case\.mc:\d+\) lacks the annotation \(:background\)/);
  });

  it('a member outside the scope of its module', () => {
    const error = deviceErrorOf(source.replace('return Service.count()', 'return Store.other'), {
      exclude: new Set(['slow']),
      scope: 'background',
    });
    assert.match(error.message, /Store\.other .* lacks the annotation \(:background\)/);
  });

  it('excluded code fails and the annotation is named', () => {
    const error = deviceErrorOf('(:no) function gone() { } function run() { return gone(); }', {
      exclude: new Set(['no']),
    });
    assert.match(error.message, /gone .* is excluded by the annotation \(:no\)/);
  });

  it('a superclass outside the scope', () => {
    const text = 'class Base { } (:glance) class View extends Base { } (:glance) function run() { return new View(); }';
    assert.match(deviceErrorOf(text, { scope: 'glance' }).message, /Base .* lacks the annotation \(:glance\)/);
  });

  it('a member of an enum outside the scope', () => {
    const text = 'enum { FIRST } (:glance) function run() { return FIRST; }';
    assert.match(deviceErrorOf(text, { scope: 'glance' }).message, /FIRST .* lacks the annotation \(:glance\)/);
  });

  it('one declaration of a name: a second one is an error', () =>
    assert.throws(() => runSource('var run; function run() { }'), {
      name: 'SyntaxError',
      message: /'run' is declared twice/,
    }));

  it('tests only when they are asked for', () => {
    const text = '(:test) function checks(logger) { return true; } function run() { return checks(null); }';
    assert.deepEqual(machineWith([fileOf(text)]).tests, []);
    const { tests } = machineWith([fileOf(text)], { tests: true });
    assert.deepEqual(
      tests.map((test) => test.fullName),
      ['checks'],
    );
    assert.match(deviceErrorOf(text).message, /checks .* is only built for tests: \(:test\)/);
  });
});

describe('quirks: what runs but is not to be relied on', () => {
  const cases = [
    ['string-identity', 'return "a" == "a";'],
    ['logical-bitwise', 'return 1 && 2;'],
    ['not-bitwise', 'return !5;'],
    ['outward-lookup', 'return M.top();'],
    ['super-initialize', 'return new E();'],
    ['parameter-type', 'return M.number("1");'],
    ['parameter-type', 'return M.number(null);'],
    ['return-type', 'return M.wrong();'],
    ['api-level', 'return "abc".substring(-2, null);'],
  ];
  const around = `
    module M { function number(n as Number) { return n; } function optional(n as Number?, m as Number or String) { return n; }
      function wrong() as String { return 1; } function right() as Lang.String { return ""; } }
    function top() { return 1; }
    class E extends Lang.Exception { function initialize() { } }`;
  for (const [id, body] of cases)
    it(`${id}: ${body}`, () => {
      const source = `${around} function run() { ${body} }`;
      assert.deepEqual(runSource(source).quirks, [id]);
      assert.throws(() => runSource(source, { limits: { strictQuirks: [id] } }), {
        constructor: Gap,
        message: new RegExp(id),
      });
    });

  it('types that are more than one name are not looked at', () =>
    assert.deepEqual(runSource(`${around} function run() { M.optional(null, 1); return M.right(); }`).quirks, []));

  it('! on a Number flips its bits', () => assert.equal(evaluate('!5'), -6));
});

describe('the rules of numbers hold for any number', () => {
  /** The same numbers in every run. */
  function* numbers(count) {
    let state = 20_26;
    for (let i = 0; i < count; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      yield state;
    }
  }
  const { machine } = runSource(`
    function run() { return 0; }
    function compute(a, b) { return [a + b, a - b, a * b, a.format("%d").equals(a.toString()), a.format("%08x")]; }
    function cut(text, from, to) { return text.substring(from, to); }`);
  const call = (name, ...args) => machine.enter(() => machine.callMethod(machine.global, name, args));

  it('32-bit sums, differences and products wrap, and formats say the number', () => {
    const values = [...numbers(400)];
    for (let i = 0; i + 1 < values.length; i += 2) {
      const [a, b] = values.slice(i, i + 2);
      const wrapped = [BigInt(a) + BigInt(b), BigInt(a) - BigInt(b), BigInt(a) * BigInt(b)].map((v) =>
        Number(BigInt.asIntN(32, v)),
      );
      const hex = (a >>> 0).toString(16).padStart(8, '0');
      assert.deepEqual(call('compute', a, b).items, [...wrapped, true, hex]);
    }
  });

  it('substring() is a slice of characters or null', () => {
    const text = 'aä€𝄞bcdefg';
    const characters = [...text];
    for (const value of numbers(300)) {
      const [from, to] = [(value >>> 4) % 13, (value >>> 12) % 13];
      const expected = from > characters.length || to < from ? null : characters.slice(from, to).join('');
      assert.equal(call('cut', text, from, to), expected, `${from} to ${to}`);
    }
  });
});

describe('literals', () => {
  const cases = [
    ['1', 'Number'],
    ['0x7F', 'Number'],
    ['1l', 'Long'],
    ['0x1Fl', 'Long'],
    ['1.0', 'Float'],
    ['1f', 'Float'],
    ['1e3', 'Float'],
    ['1d', 'Double'],
    ['1.5d', 'Double'],
    ['NaN', 'Float'],
    ['"a"', 'String'],
    ["'a'", 'Char'],
    [':a', 'Symbol'],
    ['true', 'Boolean'],
    ['null', 'Null'],
    ['[]', 'Array'],
    ['{}', 'Dictionary'],
    ['new [2]', 'Array'],
  ];
  for (const [text, type] of cases) it(`${text} is a ${type}`, () => assert.equal(typeName(evaluate(text)), type));
});

describe('what the host can do', () => {
  it('defines classes that Monkey C extends', () => {
    const machine = new Machine();
    installLang(machine);
    machine.defineClass('Toybox.Fake.Base', {
      fields: { size: 2 },
      methods: {
        initialize() {},
        twice([x]) {
          return x * 2;
        },
      },
    });
    const source = `import Toybox.Fake; class A extends Fake.Base { function initialize() { Base.initialize(); } }
      function run() { var a = new A(); a.size = 10; return a.twice(a.size); }`;
    machine.load([fileOf(source)]);
    assert.equal(
      machine.enter(() => machine.callMethod(machine.global, 'run', [])),
      20,
    );
    assert.deepEqual([...machine.quirks], []);
    assert.throws(() => machine.callMethod(machine.instantiate(machine.resolve('A'), []), 'draw', []), {
      constructor: Gap,
      message: /Toybox\.Fake\.Base\.draw/,
    });
  });

  it('sees which lines ran', () => {
    const { machine } = runSource('function run() {\n if (true) {\n return 1;\n }\n return 2;\n}');
    assert.deepEqual([...machine.lines.get('Case.mc')].sort(), [3, 4, 6]);
    assert.deepEqual([...machine.covered].sort(), ['Case.mc:3', 'Case.mc:4']);
  });

  it('initialises module variables in order, each when it is needed', () => {
    const { machine } = runSource(
      'var a = b + 1; var b = f(); function f() { return 1.5; } function run() { return a; }',
    );
    machine.initializeGlobals();
    assert.deepEqual(
      machine.slots.map((slot) => slot.value),
      [new MFloat(2.5), new MFloat(1.5)],
    );
  });
});

describe('the test runner', () => {
  const source = `
    (:test) function passes(logger as Logger) as Boolean { return true; }
    (:test) function fails(logger as Logger) as Boolean { return false; }
    (:test) function asserts(logger as Logger) as Boolean { Test.assertEqualMessage(1, 2, "differs"); return true; }
    (:test) function throws_(logger as Logger) as Boolean { throw new Lang.UnexpectedTypeException("bad"); }
    (:test) function crashes(logger as Logger) as Boolean { return null + 1 == 1; }
    (:test) function lacks(logger as Logger) as Boolean { return Math.variance([1], null) == 1; }
    var shared = 0;
    (:test) function first(logger as Logger) as Boolean { shared++; return shared == 1; }
    (:test) function second(logger as Logger) as Boolean { shared++; return shared == 1; }`;
  const results = runTests(() => machineWith([fileOf(source)], { tests: true }));

  it('tells failures, errors and gaps apart, and gives each test a fresh process', () =>
    assert.deepEqual(
      results.map(({ name, status }) => `${name} ${status}`),
      [
        'passes PASS',
        'fails FAIL',
        'asserts FAIL',
        'throws_ ERROR',
        'crashes ERROR',
        'lacks GAP',
        'first PASS',
        'second PASS',
      ],
    ));

  it('reports what failed and a summary', () => {
    const report = reportOf(results);
    assert.match(
      report,
      /FAIL: asserts \(Case\.mc:5\)\n {2}Toybox\.Test\.AssertException: differs: 1 != 2\n {2}at asserts/,
    );
    assert.match(report, /GAP: lacks .*\n {2}Toybox\.Math\.variance is not modelled/);
    assert.match(report, /FAILED \(passed=3, failed=2, errors=3\)$/);
  });

  it('a test that ends the process has not passed', () => {
    const [result] = runTests(() => {
      const machine = machineWith(
        [fileOf('(:test) function leaves(logger as Logger) as Boolean { return Fake.exit(); }')],
        {
          tests: true,
        },
      );
      machine.defineModule('Fake', {
        exit() {
          throw new ProcessEnd();
        },
      });
      return machine;
    });
    assert.deepEqual([result.status, result.message], ['ERROR', 'the test ended the process']);
  });

  it('a test that is not portable has not passed', () => {
    const text = '(:test) function same(logger as Logger) as Boolean { return "a" == "a"; }';
    const [result] = runTests(() => machineWith([fileOf(text)], { tests: true }));
    assert.equal(result.status, 'ERROR');
    assert.match(result.message, /string-identity at Case\.mc:2/);
  });

  it('no test at all is a failure', () => assert.match(reportOf([]), /^FAILED/m));

  it('can be asked for some tests', () => {
    const some = runTests(
      () => machineWith([fileOf(source)], { tests: true }),
      (name) => name === 'passes',
    );
    assert.match(reportOf(some), /^PASSED \(passed=1, failed=0, errors=0\)$/m);
  });
});
