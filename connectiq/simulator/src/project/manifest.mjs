/** manifest.xml: what the app is and which devices, permissions and languages it names. */
import { readXml } from './xml.mjs';

const APPLICATION = 'iq:application';
const REQUIRED = ['id', 'type', 'name', 'entry', 'launcherIcon', 'minApiLevel'];

/**
 * Read a manifest.
 * @returns {{file: string, id: string, type: string, name: string, entry: string, launcherIcon: string,
 *   minApiLevel: string, products: string[], permissions: string[], languages: string[]}}
 */
export function readManifest(file) {
  const root = readXml(file);
  const application = root.children.find(({ name }) => name === APPLICATION);
  if (!application) throw root.error(`${APPLICATION} is missing`);
  const missing = REQUIRED.filter((name) => !application.attributes[name]);
  if (missing.length) throw application.error(`${APPLICATION} lacks ${missing.join(', ')}`);
  return {
    file,
    ...Object.fromEntries(REQUIRED.map((name) => [name, application.attributes[name]])),
    products: application.all('iq:product').map((product) => product.attributes.id),
    permissions: application.all('iq:uses-permission').map((permission) => permission.attributes.id),
    languages: application.all('iq:language').map((language) => language.text.trim()),
  };
}
