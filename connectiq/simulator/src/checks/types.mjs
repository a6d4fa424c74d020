// Strict type check of the widget, as Garmin's compiler does it at level 3, by the analyser of @markw65/monkeyc-optimizer.
// The analyser wants Garmin's SDK: its description of the API (bin/api.mir) and a device's compiler.json. Both are written
// to a temporary folder: the API from typing/*.mir, which is ours, the device from the first product of the manifest.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import optimizer from '@markw65/monkeyc-optimizer';
import { apiDescription } from './api.mjs';
import { finding } from './finding.mjs';

/** The analyser reads the SDK's version from the folder's name; from 7.0.0 on `Rez.Strings.X` is a ResourceId. */
const SDK_FOLDER = 'api-7.4.3';

const STRICT = {
  strictTypeCheck: 'On',
  typeCheckLevel: 'Strict',
  checkInvalidSymbols: 'ERROR',
  checkCompilerLookupRules: 'OFF',
  trustDeclaredTypes: true,
  propagateTypes: true,
  extraReferenceTypeChecks: false,
  enforceStatic: 'YES',
  ignore_settings_files: true,
};

const PROPERTY_VALUE =
  'Null or Boolean or Number or Long or Float or Double or Char or String or ' +
  'Array<Toybox.Application.PropertyValueType> or Dictionary<Boolean or Number or Long or Float or Double or Char or ' +
  'String, Toybox.Application.PropertyValueType> or Toybox.WatchUi.BitmapResource';

/**
 * Where the analyser is stricter than Garmin's compiler. To that one, what comes out of an Array or Dictionary without
 * element types is an Object or null, which goes wherever `Object or Null` does; text can be added to anything; and a check
 * for null is never wrong.
 */
const ALLOWED = [
  /expected to be (Null or )?Object but got (Any|Boolean or Number or .* or Typedef)$/,
  /^Unexpected types for operator '\+': \[(String vs .*|.* vs String)\]$/,
  /^This comparison seems redundant because \w+ should never be null$/,
];

/**
 * All that is wrong with the types of a project.
 * @param {string} jungleFiles paths as monkeyc's -f takes them, separated by semicolons
 * @param {string} workspace the folder of the jungle file
 * @param {string} product the product that is analysed
 * @returns {Promise<{file: string, line: number, message: string}[]>} file relative to the workspace
 */
export async function checkTypes(jungleFiles, workspace, product) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'widget-types-'));
  try {
    const config = { ...STRICT, workspace, jungleFiles, products: [product], ...writeSdk(folder, product) };
    const absolute = jungleFiles.split(';').map((file) => path.resolve(file));
    const { targets, xml } = await optimizer.get_jungle(absolute.join(';'), config);
    const target = targets.filter((candidate) => candidate.product === product);
    const { state } = await optimizer.getProjectAnalysis(target, null, xml, config);
    return await findings(state.diagnostics ?? {}, workspace);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

function writeSdk(folder, product) {
  const sdk = path.join(folder, SDK_FOLDER);
  const device = path.join(folder, 'Devices', product);
  fs.mkdirSync(path.join(sdk, 'bin'), { recursive: true });
  fs.mkdirSync(device, { recursive: true });
  fs.writeFileSync(path.join(sdk, 'bin', 'api.mir'), apiDescription());
  fs.writeFileSync(path.join(sdk, 'bin', 'projectInfo.xml'), projectInfo());
  fs.writeFileSync(path.join(device, 'compiler.json'), JSON.stringify(compilerDescription(product)));
  return { sdkPath: `${sdk}/`, connectIQPath: folder, outputPath: path.join(folder, 'out') };
}

/** The parts of a device's description that the analyser reads; no check depends on their values. */
function compilerDescription(product) {
  const languages = ['eng', 'deu'].map((code) => ({ code, fontSet: 'unused' }));
  return {
    deviceId: product,
    displayName: product,
    deviceFamily: 'round-260x260',
    appTypes: ['widget', 'watchApp', 'background', 'glance'].map((type) => ({ type, memoryLimit: 65536 })),
    partNumbers: [{ number: '006-B0000-00', connectIQVersion: '5.0.0', firmwareVersion: '100', languages }],
  };
}

function projectInfo() {
  return '<project><languages><language id="eng" name="English"/><language id="deu" name="German"/></languages></project>';
}

async function findings(diagnostics, workspace) {
  const found = Object.entries(diagnostics).flatMap(([file, list]) =>
    list.map((diagnostic) => ({ file, ...diagnostic })),
  );
  const messages = await Promise.all(found.map(({ message }) => message));
  return found
    .map(({ file, loc }, i) => finding(path.relative(workspace, file), loc.start.line, shortened(messages[i])))
    .filter(({ message }) => !ALLOWED.some((pattern) => pattern.test(message)));
}

/** The analyser writes a named type out; where it is long, its name says more. */
const shortened = (message) => message.replaceAll(PROPERTY_VALUE, 'Application.PropertyValueType');
