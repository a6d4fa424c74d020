/** Loading a project: jungles, manifest, resources and sources, and the place that every error names. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { loadProject } from '../src/project/project.mjs';
import { parseXml } from '../src/project/xml.mjs';

const created = [];
after(() => created.forEach((folder) => fs.rmSync(folder, { recursive: true })));

const MANIFEST = `<?xml version="1.0"?>
<iq:manifest version="3" xmlns:iq="http://www.garmin.com/xml/connectiq">
  <iq:application id="0123" type="widget" name="@Strings.AppName" entry="App" launcherIcon="@Drawables.Icon" minApiLevel="3.2.0">
    <iq:products><iq:product id="fenix7"/><iq:product id="venu2"/></iq:products>
    <iq:permissions><iq:uses-permission id="Communications"/></iq:permissions>
    <iq:languages><iq:language>eng</iq:language><iq:language>deu</iq:language></iq:languages>
  </iq:application>
</iq:manifest>`;

const FILES = {
  'monkey.jungle': `# a comment
project.manifest = manifest.xml
project.typecheck = 3
base.sourcePath = source
icons = big
base.excludeAnnotations = slow
venu2.resourcePath = $(venu2.resourcePath);icons/$(icons)
venu2.excludeAnnotations = fast;tiny
`,
  'tests.jungle': 'base.sourcePath = $(base.sourcePath);test\n',
  'manifest.xml': MANIFEST,
  'source/B.mc': 'class App { }',
  'source/inner/A.mc': 'function a() { }',
  'test/T.mc': '(:test) function t(logger) { return true; }',
  'resources/strings.xml': `<strings>
  <string id="AppName" scope="glance;background">Gate</string>
  <string id="Two">one\\ntwo &amp; three</string>
</strings>`,
  'resources/drawables.xml': '<drawables><bitmap id="Icon" filename="icon.png"/></drawables>',
  'resources/icon.png': 'small',
  'resources/settings.xml': `<resources>
  <properties><property id="url" type="string">https://gw</property><property id="n" type="number">7</property></properties>
  <settings>
    <setting propertyKey="@Properties.n" title="@Strings.Two">
      <settingConfig type="list"><listEntry value="7">@Strings.AppName</listEntry></settingConfig>
    </setting>
  </settings>
</resources>`,
  'resources-deu/strings.xml': '<strings><string id="Two">zwei</string></strings>',
  'icons/big/drawables.xml': '<drawables><bitmap id="Icon" filename="icon.png"/></drawables>',
  'icons/big/icon.png': 'big',
};

/** A project on disk; `changes` add files, replace them, or leave them out with null. */
function projectWith(changes = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'project-'));
  created.push(folder);
  for (const [name, text] of Object.entries({ ...FILES, ...changes })) {
    if (text === null) continue;
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

const load = (folder, device = 'fenix7', options = {}) =>
  loadProject(path.join(folder, 'monkey.jungle'), device, options);
const sources = (project) => project.files.map((file) => file.path);

describe('a project', () => {
  const folder = projectWith();

  it('has its sources in a stable order, with syntax trees', () => {
    const { files } = load(folder);
    assert.deepEqual(
      files.map((file) => file.path),
      ['source/B.mc', 'source/inner/A.mc'],
    );
    assert.equal(files[0].absolute, path.join(folder, 'source/B.mc'));
    assert.equal(files[0].ast.body[0].type, 'ClassDeclaration');
  });

  it('has its tests when they are asked for, or with the second jungle', () => {
    const two = `${path.join(folder, 'monkey.jungle')};${path.join(folder, 'tests.jungle')}`;
    assert.deepEqual(sources(load(folder, 'fenix7', { tests: true })), [
      'source/B.mc',
      'source/inner/A.mc',
      'test/T.mc',
    ]);
    assert.deepEqual(sources(loadProject(two, 'fenix7')), ['source/B.mc', 'source/inner/A.mc', 'test/T.mc']);
  });

  it('has a manifest', () => {
    const { manifest } = load(folder);
    assert.equal(manifest.entry, 'App');
    assert.equal(manifest.type, 'widget');
    assert.equal(manifest.minApiLevel, '3.2.0');
    assert.deepEqual(manifest.products, ['fenix7', 'venu2']);
    assert.deepEqual(manifest.permissions, ['Communications']);
    assert.deepEqual(manifest.languages, ['eng', 'deu']);
  });

  it('has resources', () => {
    const { resources } = load(folder);
    assert.deepEqual(resources.Strings.AppName.scope, ['glance', 'background']);
    assert.equal(resources.Strings.Two.text, 'one\ntwo & three');
    assert.equal(resources.Drawables.Icon.filename, path.join(folder, 'resources/icon.png'));
    assert.deepEqual([resources.Properties.n.type, resources.Properties.n.text], ['number', '7']);
    const [setting] = resources.Settings;
    assert.deepEqual([setting.key, setting.title, setting.config.type], ['n', '@Strings.Two', 'list']);
    assert.deepEqual(setting.entries, [{ value: '7', title: '@Strings.AppName' }]);
  });

  it('takes the resources of a language', () => {
    const { resources } = load(folder, 'fenix7', { language: 'deu' });
    assert.deepEqual([resources.Strings.Two.text, resources.Strings.AppName.text], ['zwei', 'Gate']);
  });

  it('takes what the jungle says of a device', () => {
    const { jungle, resources } = load(folder, 'venu2');
    assert.equal(resources.Drawables.Icon.filename, path.join(folder, 'icons/big/icon.png'));
    assert.deepEqual(jungle.exclude, ['fast', 'tiny']);
    assert.deepEqual(load(folder).jungle.exclude, ['slow']);
  });
});

describe('jungles', () => {
  const jungleOf = (text, device = 'fenix7', options = {}) => {
    const folder = projectWith({ 'monkey.jungle': text });
    const { jungle } = load(folder, device, options);
    const relative = (paths) => paths.map((each) => path.relative(folder, each));
    return { ...jungle, sourcePath: relative(jungle.sourcePath), languagePath: relative(jungle.languagePath) };
  };

  it('a reference sees what a later line or file sets', () =>
    assert.deepEqual(jungleOf('fenix7.sourcePath = $(base.sourcePath);test\nbase.sourcePath = source').sourcePath, [
      'source',
      'test',
    ]));

  it('a reference to what the line itself sets is what was before', () =>
    assert.deepEqual(jungleOf('base.sourcePath = source\nbase.sourcePath = $(base.sourcePath);test').sourcePath, [
      'source',
      'test',
    ]));

  it('a line can go on after a backslash', () =>
    assert.deepEqual(jungleOf('base.sourcePath = source;\\\n  test').sourcePath, ['source', 'test']));

  it('without a line, all of the project folder is source', () => assert.deepEqual(jungleOf('').sourcePath, ['']));

  it('languages can have other folders', () => {
    const text = 'base.lang.deu = $(base.lang.deu);more\nvenu2.lang.deu = only';
    assert.deepEqual(jungleOf(text, 'fenix7', { language: 'deu' }).languagePath, ['resources-deu', 'more']);
    assert.deepEqual(jungleOf(text, 'venu2', { language: 'deu' }).languagePath, ['only']);
    assert.deepEqual(jungleOf(text, 'venu2', { language: 'fre' }).languagePath, ['resources-fre']);
  });
});

describe('errors name file, line and column', () => {
  const strings = (content) => ({ 'resources/strings.xml': `<strings>\n${content}\n</strings>` });
  const cases = [
    ['XML that is not closed', strings('<string id="a">x</strong>'), /strings\.xml:2:\d+: /],
    ['XML with a lone ampersand', strings('<string id="a">a & b</string>'), /strings\.xml:2:18: '&' must be/],
    ['two roots', { 'resources/strings.xml': '<strings/><strings/>' }, /strings\.xml:1:\d+: /],
    ['an unknown element', strings('<layout id="Main"/>'), /strings\.xml:2:\d+: unknown element layout/],
    ['a string without id', strings('<string>x</string>'), /strings\.xml:2:\d+: string without id/],
    [
      'an id that is there twice',
      strings('<string id="a">x</string>\n<string id="a">y</string>'),
      /strings\.xml:3:\d+: string a is defined twice/,
    ],
    [
      'a bitmap without its file',
      { 'resources/icon.png': null },
      /drawables\.xml:1:\d+: the bitmap's file is not there/,
    ],
    [
      'a property of an unknown type',
      strings('<property id="a" type="date">x</property>'),
      /strings\.xml:2:\d+: property type date/,
    ],
    [
      'a setting without settingConfig',
      strings('<setting propertyKey="@Properties.a" title="t"/>'),
      /strings\.xml:2:\d+: a setting has/,
    ],
    [
      'a manifest without entry',
      { 'manifest.xml': MANIFEST.replace('entry="App" ', '') },
      /manifest\.xml:3:\d+: .* lacks entry/,
    ],
    ['source that does not parse', { 'source/B.mc': 'class A {\n  var x = ;\n}' }, /^source\/B\.mc:2:11: Expected/],
    ['a jungle line without =', { 'monkey.jungle': '\nbase.sourcePath' }, /monkey\.jungle:2:1: not 'name = value'/],
    [
      'an unknown property of a jungle',
      { 'monkey.jungle': 'base.barrelPath = x' },
      /monkey\.jungle:1:1: base\.barrelPath is not modelled/,
    ],
    [
      'a local variable that is not set',
      { 'monkey.jungle': 'base.sourcePath = $(here)' },
      /monkey\.jungle:1:1: \$\(here\) is not set/,
    ],
  ];
  for (const [name, changes, message] of cases)
    it(name, () => assert.throws(() => load(projectWith(changes)), { name: 'SyntaxError', message }));

  it('a missing manifest is an error', () =>
    assert.throws(() => load(projectWith({ 'manifest.xml': null })), /ENOENT.*manifest\.xml/));
});

describe('XML', () => {
  it('keeps text, CDATA and attributes, and resolves entities', () => {
    const root = parseXml('<a b="1 &lt; 2">x<c/><![CDATA[<y> & ]]>&#65;</a>', 'f.xml');
    assert.deepEqual([root.name, root.attributes.b, root.text, root.children[0].name], ['a', '1 < 2', 'x<y> & A', 'c']);
  });
});
