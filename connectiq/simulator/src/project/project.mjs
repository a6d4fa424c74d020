/** A Connect IQ project as one build sees it: jungle, manifest, sources and resources for a device and a language. */
import path from 'node:path';
import { readJungle } from './jungle.mjs';
import { readManifest } from './manifest.mjs';
import { readResources } from './resources.mjs';
import { readSources } from './source.mjs';

/**
 * Load a project.
 * @param {string} jungleFile a jungle file, or several separated by ';'
 * @param {string} device the device id, which selects the jungle's qualifiers
 * @param {{language?: string, tests?: boolean}} options the language's resources override the base's; with tests, the
 *   tests.jungle next to the jungle file is read too
 * @returns {{jungle: object, manifest: object, files: object[], resources: object, device: string, language: string}}
 * @throws {SyntaxError} 'file:line:column: message'
 */
export function loadProject(jungleFile, device, { language = 'eng', tests = false } = {}) {
  const first = jungleFile.split(';')[0];
  const jungles = tests ? `${jungleFile};${path.join(path.dirname(first), 'tests.jungle')}` : jungleFile;
  const jungle = readJungle(jungles, device, language);
  return {
    jungle,
    manifest: readManifest(jungle.manifest),
    files: readSources(jungle.sourcePath, jungle.dir),
    resources: readResources([...jungle.resourcePath, ...jungle.languagePath]),
    device,
    language,
  };
}
