// The static checks: a small project that is right, and one fault at a time put into it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { checkProject } from '../src/checks/check.mjs';
import { checkReturns } from '../src/checks/returns.mjs';
import { checkToybox } from '../src/checks/toybox.mjs';
import { Api } from '../src/checks/api.mjs';
import { Declarations } from '../src/checks/declarations.mjs';
import { compare } from '../src/commands/size.mjs';
import { Machine } from '../src/language/machine.mjs';
import { parseSource } from '../src/project/source.mjs';
import { loadProject } from '../src/project/project.mjs';

const ICON = fs.readFileSync(new URL('../../resources/drawables/launcher_icon.png', import.meta.url));

const RIGHT = {
  'monkey.jungle': 'project.manifest = manifest.xml\nbase.sourcePath = source\nbase.lang.deu = resources-deu\n',
  'tests.jungle': 'base.sourcePath = $(base.sourcePath);test\n',
  'manifest.xml': `<iq:manifest version="3" xmlns:iq="http://www.garmin.com/xml/connectiq">
    <iq:application id="0123456789abcdef0123456789abcdef" type="widget" name="@Strings.AppName" entry="App"
        launcherIcon="@Drawables.LauncherIcon" minApiLevel="3.2.0">
      <iq:products><iq:product id="fenix7"/><iq:product id="fr245"/></iq:products>
      <iq:permissions><iq:uses-permission id="Background"/><iq:uses-permission id="Communications"/></iq:permissions>
      <iq:languages><iq:language>deu</iq:language><iq:language>eng</iq:language></iq:languages>
    </iq:application>
  </iq:manifest>`,
  'resources/strings.xml': `<strings><string id="AppName" scope="glance">Small</string>
    <string id="Count">$1$ of $2$</string><string id="Title">Address</string></strings>`,
  'resources/drawables.xml': '<drawables><bitmap id="LauncherIcon" filename="icon.png"/></drawables>',
  'resources/icon.png': ICON,
  'resources/settings.xml': `<resources><properties><property id="address" type="string"></property></properties>
    <settings><setting propertyKey="@Properties.address" title="@Strings.Title"><settingConfig type="url"/></setting></settings>
  </resources>`,
  'resources-deu/strings.xml': `<strings><string id="AppName" scope="glance">Klein</string>
    <string id="Count">$1$ von $2$</string><string id="Title">Adresse</string></strings>`,
  'source/App.mc': `import Toybox.Application;
import Toybox.Lang;
import Toybox.System;
import Toybox.WatchUi;

(:background, :glance)
class App extends Application.AppBase {
    function initialize() {
        AppBase.initialize();
    }
    function getInitialView() as [Views] or [Views, InputDelegates] {
        return [new Front()];
    }
    function getGlanceView() as [GlanceView] or [GlanceView, GlanceViewDelegate] or Null {
        return [new Glance()];
    }
    function getServiceDelegate() as [System.ServiceDelegate] {
        return [new Service()];
    }
}
`,
  'source/Glance.mc': `import Toybox.Graphics;
import Toybox.Lang;
import Toybox.WatchUi;

(:glance)
class Glance extends WatchUi.GlanceView {
    function initialize() {
        GlanceView.initialize();
    }
    function onUpdate(dc as Dc) as Void {
        dc.setColor(Graphics.COLOR_WHITE, Graphics.COLOR_TRANSPARENT);
        var text = WatchUi.loadResource(Rez.Strings.AppName) as String;
        dc.drawText(0, dc.getHeight() / 2, Graphics.FONT_GLANCE, text, Graphics.TEXT_JUSTIFY_LEFT | Graphics.TEXT_JUSTIFY_VCENTER);
    }
}
`,
  'source/Service.mc': `import Toybox.Background;
import Toybox.Communications;
import Toybox.Lang;
import Toybox.PersistedContent;
import Toybox.System;

(:background)
class Service extends System.ServiceDelegate {
    function initialize() {
        ServiceDelegate.initialize();
    }
    function onTemporalEvent() as Void {
        Communications.makeWebRequest(Rules.address(), null, {
            :method => Communications.HTTP_REQUEST_METHOD_GET,
            :responseType => Communications.HTTP_RESPONSE_CONTENT_TYPE_JSON
        }, method(:onAnswer));
    }
    function onAnswer(code as Number, data as Dictionary or String or PersistedContent.Iterator or Null) as Void {
        Background.exit(data instanceof Dictionary ? Rules.short(data["n"]) : code);
    }
}
`,
  'source/Rules.mc': `import Toybox.Application;
import Toybox.Lang;

(:background)
module Rules {
    const MOST = 20;

    function address() as String {
        var value = Application.Properties.getValue("address");
        return value instanceof String ? value : "";
    }
    function short(value as Object?) as String {
        var text = value == null ? "" : value.toString();
        return text.length() > MOST ? text.substring(0, MOST) as String : text;
    }
}
`,
  'source/Front.mc': `import Toybox.Graphics;
import Toybox.Lang;
import Toybox.WatchUi;

class Front extends WatchUi.View {
    private var _count as Number?;

    function initialize() {
        View.initialize();
    }
    function onUpdate(dc as Dc) as Void {
        dc.drawText(0, 0, Graphics.FONT_SMALL, text(), Graphics.TEXT_JUSTIFY_LEFT);
    }
    function text() as String {
        var count = _count;
        return Lang.format(WatchUi.loadResource(Rez.Strings.Count) as String, [count == null ? 0 : count + 1, 3]);
    }
}
`,
  'test/FrontTest.mc': `import Toybox.Lang;
import Toybox.Test;

(:test)
function testText(logger as Test.Logger) as Boolean {
    Test.assertEqual("0 of 3", new Front().text());
    return true;
}
`,
};

let folder;
before(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'widget-checks-'))));
after(() => fs.rmSync(folder, { recursive: true }));

/** Writes the project with other text in some files; null leaves a file out. */
function write(changes = {}) {
  const dir = fs.mkdtempSync(path.join(folder, 'project-'));
  for (const [name, content] of Object.entries({ ...RIGHT, ...changes })) {
    if (content === null) continue;
    fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    fs.writeFileSync(path.join(dir, name), content);
  }
  return path.join(dir, 'monkey.jungle');
}

const errorsOf = async (changes) =>
  (await checkProject(write(changes))).map(({ file, line, message }) => `${file}:${line}: ${message}`);

/** The project with one piece of one file replaced. */
function faulty(name, from, to) {
  assert.ok(RIGHT[name].includes(from), `${name} has no ${from}`);
  return { [name]: RIGHT[name].replace(from, to) };
}

/** Declares a test: this replacement leads to exactly one kind of error, which matches, at this place. */
function finds(what, [name, from, to], place, pattern) {
  it(what, async () => {
    const errors = await errorsOf(faulty(name, from, to));
    const hit = errors.find((error) => error.startsWith(place) && pattern.test(error));
    assert.ok(hit, `no error at ${place} like ${pattern} in:\n${errors.join('\n')}`);
  });
}

it('a project that is right has no errors', async () => {
  assert.deepEqual(await errorsOf(), []);
});

describe('files', () => {
  finds(
    'source that does not parse',
    ['source/Rules.mc', 'const MOST = 20;', 'const MOST = ;'],
    'source/Rules.mc:6:',
    /Expected/,
  );
  finds(
    'XML that is not well formed',
    ['resources/strings.xml', '</strings>', ''],
    'resources/strings.xml:2:',
    /unclosed|end/,
  );
  finds(
    'a manifest that is not well formed',
    ['manifest.xml', '</iq:products>', ''],
    'manifest.xml:',
    /unexpected close tag/,
  );
  finds(
    'a folder that is not there',
    ['monkey.jungle', '= source', '= sources'],
    'monkey.jungle:1:',
    /folder sources does not exist/,
  );
  it('a file of more than 200 lines', async () => {
    const errors = await errorsOf({ 'source/Rules.mc': RIGHT['source/Rules.mc'] + '\n'.repeat(200) });
    assert.match(errors.join('\n'), /source\/Rules.mc:200: 216 lines; 200 are the most/);
  });
  it('all broken files are named, not only the first', async () => {
    const errors = await errorsOf({ 'source/Rules.mc': 'module {', 'test/FrontTest.mc': 'function {' });
    assert.deepEqual(
      errors.map((error) => error.split(':')[0]),
      ['source/Rules.mc', 'test/FrontTest.mc'],
    );
  });
});

describe('manifest', () => {
  const file = 'manifest.xml';
  finds('an id that is none', [file, '0123456789abcdef0', '0'], file, /is not 32 hexadecimal digits/);
  finds('an unknown type', [file, 'type="widget"', 'type="gadget"'], file, /'gadget' is no type/);
  finds(
    'an entry class that is not there',
    [file, 'entry="App"', 'entry="Apps"'],
    file,
    /entry class Apps does not exist/,
  );
  finds(
    'an entry that is no application',
    [file, 'entry="App"', 'entry="Front"'],
    file,
    /Front does not extend Application.AppBase/,
  );
  finds('an unknown product', [file, 'id="fr245"', 'id="fr2450"'], file, /product fr2450 is unknown/);
  finds('a product twice', [file, 'id="fr245"', 'id="fenix7"'], file, /fenix7 is there twice/);
  finds('products that are not sorted', [file, 'id="fr245"', 'id="epix2"'], file, /not sorted: epix2/);
  finds(
    'permissions that are not sorted',
    [file, 'id="Background"/>', 'id="Communications"/><iq:uses-permission id="Background"/>'],
    file,
    /permissions are not sorted: Background/,
  );
  finds(
    'a language twice',
    [file, '<iq:language>eng', '<iq:language>deu</iq:language><iq:language>eng'],
    file,
    /deu is there twice/,
  );
  finds(
    'a missing permission',
    [file, '<iq:uses-permission id="Communications"/>', ''],
    'source/Service.mc:13:',
    /needs the permission Communications/,
  );
  finds(
    'a permission for the service',
    [file, '<iq:uses-permission id="Background"/>', ''],
    'source/',
    /needs the permission Background/,
  );
  finds(
    'an unused permission',
    [file, 'id="Communications"/>', 'id="Communications"/><iq:uses-permission id="UserProfile"/>'],
    file,
    /UserProfile is not needed/,
  );
});

describe('resources', () => {
  const strings = 'resources/strings.xml';
  const german = 'resources-deu/strings.xml';
  finds(
    'a string that code misses',
    ['source/Front.mc', 'Rez.Strings.Count', 'Rez.Strings.Counts'],
    'source/Front.mc:16:',
    /Strings.Counts is not defined/,
  );
  finds(
    'a string that the manifest misses',
    ['manifest.xml', '@Strings.AppName', '@Strings.Name'],
    'manifest.xml',
    /Strings.Name is not defined/,
  );
  finds(
    'a string that a setting misses',
    ['resources/settings.xml', '@Strings.Title', '@Strings.Titles'],
    'resources/settings.xml',
    /Strings.Titles is not defined/,
  );
  finds(
    'a string that nobody uses',
    [strings, '</strings>', '<string id="Old">x</string></strings>'],
    strings,
    /string Old is never used/,
  );
  finds(
    'a string that is not translated',
    [german, '<string id="Title">Adresse</string>', ''],
    strings,
    /string Title is missing in deu/,
  );
  finds(
    'a translation of nothing',
    [german, '</strings>', '<string id="Alt">x</string></strings>'],
    german,
    /string Alt is not there in eng/,
  );
  finds(
    'other placeholders in a translation',
    [german, '$1$ von $2$', '$1$ von $1$'],
    german,
    /Count has other placeholders/,
  );
  finds('another scope in a translation', [german, ' scope="glance"', ''], german, /AppName has another scope/);
  finds(
    'a bitmap whose file is not there',
    ['resources/drawables.xml', 'icon.png', 'icons.png'],
    'resources/drawables.xml:1:',
    /not there/,
  );
  finds(
    'an icon of the wrong size',
    ['manifest.xml', 'id="fr245"', 'id="venu2"'],
    'resources/icon.png',
    /40 x 40 pixels, but venu2 wants 70 x 70/,
  );
  finds(
    'a setting without property',
    ['resources/settings.xml', '@Properties.address', '@Properties.addres'],
    'resources/settings.xml',
    /setting addres points at no property/,
  );
  finds(
    'a property that nobody reads',
    ['resources/settings.xml', '</properties>', '<property id="old" type="string">x</property></properties>'],
    'resources/settings.xml',
    /property old is never read/,
  );
  finds(
    'a property that is not defined',
    ['source/Rules.mc', '"address"', '"adress"'],
    'source/Rules.mc:9:',
    /property adress is not defined/,
  );
  finds(
    'a property value of another type',
    ['resources/settings.xml', 'type="string"></property>', 'type="number">x</property>'],
    'resources/settings.xml',
    /'x', which is no number/,
  );
});

describe('annotations', () => {
  finds(
    'a function that the background lacks',
    ['source/Rules.mc', '(:background)\n', ''],
    'source/Service.mc:13:',
    /Rules.address runs in the background but lacks \(:background\) \(App.getServiceDelegate > Service.onTemporalEvent\)/,
  );
  finds(
    'what a callback needs',
    ['source/Rules.mc', '(:background)\n', ''],
    'source/Service.mc:19:',
    /Rules.short .* Service.onAnswer\)/,
  );
  finds('a constant', ['source/Rules.mc', '(:background)\n', ''], 'source/Rules.mc:13:', /Rules.MOST/);
  finds(
    'a class',
    ['source/Glance.mc', '(:glance)\n', ''],
    'source/App.mc:15:',
    /Glance runs in the glance but lacks \(:glance\)/,
  );
  finds(
    'the application itself',
    ['source/App.mc', '(:background, :glance)', '(:background)'],
    'source/App.mc:6:',
    /App runs in the glance/,
  );
  finds(
    'a resource without the scope',
    ['source/Glance.mc', 'Rez.Strings.AppName', 'Rez.Strings.Title'],
    'source/Glance.mc:12:',
    /lacks scope="glance"/,
  );
  finds(
    'a module that the background does not have',
    ['source/Service.mc', 'Background.exit(', 'Toybox.WatchUi.requestUpdate(); Background.exit('],
    'source/Service.mc:19:',
    /background, which has no WatchUi/,
  );
  finds(
    'a screen where the storage changes, which the background hears of too',
    [
      'source/App.mc',
      '    function getServiceDelegate',
      '    function onStorageChanged() as Void { WatchUi.requestUpdate(); }\n    function getServiceDelegate',
    ],
    'source/App.mc:17:',
    /background, which has no WatchUi \(App.onStorageChanged\)/,
  );
  it('a module that the code has asked for', async () => {
    const body = 'if (Toybox has :WatchUi) { WatchUi.requestUpdate(); }';
    const method = `    function onStorageChanged() as Void { ${body} }\n`;
    assert.deepEqual(
      await errorsOf(
        faulty('source/App.mc', '    function getServiceDelegate', `${method}    function getServiceDelegate`),
      ),
      [],
    );
    const other = method.replace('} }', '} else { WatchUi.requestUpdate(); } }');
    const errors = await errorsOf(
      faulty('source/App.mc', '    function getServiceDelegate', `${other}    function getServiceDelegate`),
    );
    assert.match(errors.join(), /has no WatchUi/);
  });
  finds(
    'a timer in the background',
    ['source/Service.mc', 'Background.exit(', 'new Toybox.Timer.Timer().stop(); Background.exit('],
    'source/Service.mc:19:',
    /background, which has no Timer/,
  );
  it('what a method of an object needs, through the class that is instantiated', async () => {
    const helper = 'class Helper { function run() { return Front; } }';
    const errors = await errorsOf({
      ...faulty('source/Service.mc', 'Background.exit(', 'var helper = new Helper(); helper.run(); Background.exit('),
      'source/Helper.mc': `(:background)\n${helper}\n`,
    });
    assert.match(errors.join('\n'), /Helper.mc:2: Front runs in the background .* > Service.onAnswer > Helper.run\)/);
  });
  it('a method that was called before its class is instantiated', async () => {
    const errors = await errorsOf({
      'source/Service.mc': RIGHT['source/Service.mc']
        .replace('ServiceDelegate.initialize();', 'ServiceDelegate.initialize(); run(null);')
        .replace('Background.exit(', 'var helper = new Helper(); Background.exit('),
      'source/Helper.mc': '(:background) class Helper { function walk() { return Front; } }\n',
      'source/Runs.mc': '(:background) function run(helper) { helper.walk(); }\n',
    });
    assert.match(errors.join('\n'), /Helper.mc:1: Front runs in the background .* > Helper.walk\)/);
  });
  it('an inherited method', async () => {
    const errors = await errorsOf({
      ...faulty('source/Service.mc', 'Background.exit(', 'new Helper().walk(); Background.exit('),
      'source/Helper.mc': '(:background) class Helper extends Walker {}\n',
      'source/Walker.mc': '(:background) class Walker { function walk() { return Front; } }\n',
    });
    assert.match(errors.join('\n'), /Walker.mc:1: Front runs in the background .* > Walker.walk\)/);
  });
  it('a function of a module that a Method names', async () => {
    const errors = await errorsOf({
      ...faulty('source/Service.mc', 'Background.exit(', 'new Lang.Method(Walks, :walk).invoke(); Background.exit('),
      'source/Walks.mc': 'module Walks { function walk() { return 1; } }\n',
    });
    assert.match(errors.join('\n'), /Service.mc:19: Walks.walk runs in the background/);
  });
  finds(
    'a superclass that nobody knows',
    ['source/Front.mc', 'extends WatchUi.View', 'extends WatchUi.Views'],
    'source/Front.mc:5:',
    /the superclass of Front is unknown/,
  );
  it('code that only the foreground reaches needs no annotation', async () => {
    const errors = await errorsOf(faulty('source/Front.mc', 'var count = _count;', 'var count = new Front()._count;'));
    assert.doesNotMatch(errors.join('\n'), /lacks/);
  });
});

describe('types', () => {
  const front = 'source/Front.mc';
  finds('a wrong argument', [front, 'dc.drawText(0,', 'dc.drawText("0",'], `${front}:12:`, /Argument 1 to .*drawText/);
  finds(
    'an argument too few',
    [front, 'dc.drawText(0, 0,', 'dc.drawText(0,'],
    `${front}:12:`,
    /expects 5 arguments, but got 4/,
  );
  finds(
    'null that is not handled',
    [front, 'count == null ? 0 : count + 1', 'count + 1'],
    `${front}:16:`,
    /operator '\+'/,
  );
  finds(
    'null from an API function',
    ['source/Rules.mc', 'text.substring(0, MOST) as String', 'text.substring(0, MOST)'],
    'source/Rules.mc:14:',
    /return/,
  );
  finds('a method that is not there', [front, 'dc.drawText', 'dc.drawTexts'], `${front}:12:`, /drawTexts/);
  finds('a constant that is not there', [front, 'FONT_SMALL', 'FONT_SMALLER'], `${front}:12:`, /FONT_SMALLER/);
  finds(
    'a function of ours that is not there',
    ['source/Service.mc', 'Rules.address()', 'Rules.adress()'],
    'source/Service.mc:13:',
    /adress/,
  );
  finds(
    'a missing return',
    [front, 'return Lang.format', 'Lang.format'],
    `${front}:14:`,
    /text does not return a value/,
  );
  finds(
    'a wrong return',
    ['source/Rules.mc', 'value instanceof String ? value : ""', '1'],
    'source/Rules.mc:10:',
    /return/,
  );
  finds(
    'a variable of another type',
    [front, 'var count = _count;', 'var count = _count; _count = "1";'],
    `${front}:15:`,
    /Invalid assignment to _count/,
  );
  finds(
    'a raw value where text is needed',
    ['source/Service.mc', 'Rules.short(data["n"])', '(data["n"] as String).find(data["m"])'],
    'source/Service.mc:19:',
    /Argument 1/,
  );
  finds(
    'a callback with other parameters',
    ['source/Service.mc', 'code as Number, data', 'code as String, data'],
    'source/Service.mc:18:',
    /parameter 1 must accept Number/,
  );
  finds(
    'an enumeration of another kind',
    ['source/Service.mc', ':method => Communications.HTTP_REQUEST_METHOD_GET', ':method => "GET"'],
    'source/Service.mc:13:',
    /Argument 3/,
  );
  it('in what only some products are built of', async () => {
    const errors = await errorsOf({
      'monkey.jungle': `${RIGHT['monkey.jungle']}base.excludeAnnotations = tight\nfr245.excludeAnnotations = roomy\n`,
      'source/Size.mc': `import Toybox.Lang;
        (:roomy) module Size { function most() as Number { return 9; } }
        (:tight) module Size { function most() as Number { return "1"; } }\n`,
    });
    assert.equal(errors.length, 1, errors.join('\n'));
    assert.match(errors[0], /Size.mc:3:/);
  });
  finds(
    'a fault in a test',
    ['test/FrontTest.mc', 'new Front().text()', 'new Front().texts()'],
    'test/FrontTest.mc:6:',
    /texts/,
  );
});

describe('what the simulator models', () => {
  const check = (changes, machine) => {
    const jungleFile = write(changes);
    const project = loadProject(jungleFile, 'fenix7');
    const opened = { ...project, api: new Api(), declarations: new Declarations(project.files) };
    return checkToybox(opened, [machine]).map(({ message }) => message);
  };

  it('names what typing/ does not know', () => {
    const errors = check(
      faulty('source/Front.mc', 'View.initialize()', 'View.initialize(); Toybox.WatchUi.animate()'),
      new Machine(),
    );
    assert.ok(
      errors.includes('Toybox.WatchUi.animate is unknown: a typing error, or typing/ lacks it'),
      errors.join('\n'),
    );
  });

  it('names what a watch would call and the simulator does not', () => {
    const machine = new Machine();
    machine.defineClass('Toybox.WatchUi.View', { methods: { initialize: () => null, onUpdate: () => null } });
    const errors = check(
      faulty('source/Front.mc', 'function text()', 'function onHide() as Void {} function text()'),
      machine,
    );
    assert.ok(errors.includes('Front.onHide is called by watches, never by the simulator'), errors.join('\n'));
    assert.ok(!errors.some((error) => error.includes('Front.onUpdate')));
  });

  it('names a method that may be called and that the simulator lacks', () => {
    const machine = new Machine();
    machine.defineClass('Toybox.Graphics.Dc', { methods: { getHeight: () => 1 } });
    const message = 'Toybox.Graphics.Dc.drawText may be called here and is not modelled by the simulator';
    assert.ok(check({}, machine).includes(message));
  });

  it('names what the simulator lacks', () => {
    const machine = new Machine();
    machine.defineModule('Toybox.Lang', { Object: 1, format: 1 });
    const errors = check({}, machine);
    assert.ok(errors.includes('Toybox.Graphics is not modelled by the simulator'), errors.join('\n'));
  });
});

describe('size', () => {
  it('more than recorded is an error', () => {
    assert.match(compare({ app: 101 }, { app: 100 }).errors[0], /app: 101 bytes, 100 are recorded/);
  });
  it('a process that is not recorded is an error', () => {
    assert.equal(compare({ glance: 1 }, {}).errors.length, 1);
  });
  it('the same is fine', () => {
    assert.deepEqual(compare({ app: 100 }, { app: 100 }), { errors: [], notes: [] });
  });
  it('a good deal less asks for a lower record', () => {
    assert.deepEqual(compare({ app: 96 }, { app: 100 }).notes, []);
    assert.match(compare({ app: 94 }, { app: 100 }).notes[0], /lower the record/);
  });
});

describe('returns', () => {
  const isComplete = (body) => {
    const ast = parseSource(`function f(a as Number) as Number? { ${body} }`, 'f.mc');
    return checkReturns([{ path: 'f.mc', ast }]).length === 0;
  };
  const complete = [
    'return 1;',
    'if (a > 1) { return 1; } else { return 2; }',
    'if (a > 1) { return 1; } return null;',
    'throw new Lang.Exception();',
    'while (true) { a++; }',
    'while (true) { while (a > 1) { break; } }',
    'switch (a) { case 1: return 1; default: return 2; }',
    'switch (a) { case 1: case 2: return 1; default: throw new Lang.Exception(); }',
    'try { return 1; } catch (e) { return 2; }',
    'try { a++; } finally { return 2; }',
  ];
  const incomplete = [
    '',
    'if (a > 1) { return 1; }',
    'if (a > 1) { return 1; } else { a++; }',
    'while (a > 1) { return 1; }',
    'while (true) { if (a > 1) { break; } }',
    'for (var i = 0; i < a; i++) { return i; }',
    'switch (a) { case 1: return 1; }',
    'switch (a) { case 1: break; default: return 2; }',
    'switch (a) { case 1: return 1; default: a++; }',
    'try { return 1; } catch (e) { a++; }',
  ];
  for (const body of complete) it(`complete: ${body}`, () => assert.ok(isComplete(body)));
  for (const body of incomplete) it(`not complete: ${body}`, () => assert.ok(!isComplete(body)));
});
