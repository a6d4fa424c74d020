// All checks of a widget that need no watch: files, manifest, resources, annotations, types and what the simulator models.
import path from 'node:path';
import { loadProject } from '../project/project.mjs';
import { readJungle } from '../project/jungle.mjs';
import { readManifest } from '../project/manifest.mjs';
import { Api } from './api.mjs';
import { checkCallbacks } from './callbacks.mjs';
import { Declarations } from './declarations.mjs';
import { findingOf, unique } from './finding.mjs';
import { checkManifest } from './manifest.mjs';
import { checkReach, checkSuperclasses } from './reach.mjs';
import { BASE_LANGUAGE, checkResources } from './resources.mjs';
import { checkReturns } from './returns.mjs';
import { checkFiles, checkLengths } from './sources.mjs';
import { checkToybox } from './toybox.mjs';
import { checkTypes } from './types.mjs';

/** The product that is used where any will do. */
const USUAL_PRODUCT = 'fenix7';

/**
 * All that is wrong with a project, sorted by place; an empty list when nothing is.
 * @param {string} jungleFile @param {(project: object) => object[]} [machinesOf] machines with all of Toybox, one a
 *   watch; without them, nothing is said about what the simulator models
 * @returns {Promise<{file: string, line: number, message: string}[]>}
 */
export async function checkProject(jungleFile, machinesOf = null) {
  const dir = path.dirname(path.resolve(jungleFile));
  const broken = brokenFiles(jungleFile, dir);
  if (broken.length) return sortedByPlace(broken);
  const project = openProject(jungleFile);
  const found = [
    ...checkLengths(project.withTests.files),
    ...checkReturns(project.withTests.files),
    ...checkCallbacks(project),
    ...checkManifest(project),
    ...checkResources(project),
    ...checkSuperclasses(project),
    ...checkReach('background', project),
    ...checkReach('glance', project),
    ...(machinesOf ? checkToybox(project, machinesOf(project)) : []),
    ...(await typesOfBuilds(project, dir)),
  ];
  return sortedByPlace(found);
}

/** The types of everything that the jungle builds: products may leave out different parts of the source. */
async function typesOfBuilds({ manifest, withTests: { jungleFiles } }, dir) {
  const builds = new Map();
  for (const product of manifest.products) {
    const { sourcePath, exclude } = readJungle(jungleFiles, product, BASE_LANGUAGE);
    const key = JSON.stringify([sourcePath, exclude]);
    if (!builds.has(key)) builds.set(key, product);
  }
  const found = [];
  for (const product of builds.values()) found.push(...(await checkTypes(jungleFiles, dir, product)));
  return unique(found);
}

/** Errors that keep the project from being loaded. */
function brokenFiles(jungleFile, dir) {
  const relative = (file) => path.relative(dir, path.resolve(dir, file));
  try {
    const { manifest: file } = readJungle(jungleFile, USUAL_PRODUCT, BASE_LANGUAGE);
    const { products, languages } = readManifest(file);
    const broken = checkFiles(withTests(jungleFile), dir, products, languages);
    if (!broken.length) loadProject(jungleFile, deviceOf(products));
    return broken;
  } catch (error) {
    return [findingOf(error, relative)];
  }
}

const withTests = (jungleFile) => `${jungleFile};${path.join(path.dirname(jungleFile), 'tests.jungle')}`;
const deviceOf = (products) => (products.includes(USUAL_PRODUCT) ? USUAL_PRODUCT : products[0]);

function openProject(jungleFile) {
  const { manifest } = loadProject(jungleFile, USUAL_PRODUCT);
  const device = deviceOf(manifest.products);
  const project = loadProject(jungleFile, device);
  const jungleFiles = withTests(jungleFile);
  const { files } = loadProject(jungleFiles, device);
  const api = new Api();
  return {
    ...project,
    api,
    declarations: new Declarations(project.files),
    jungleFiles: jungleFile,
    withTests: { files, jungleFiles },
  };
}

const sortedByPlace = (found) => found.toSorted((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
