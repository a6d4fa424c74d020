/** The module Rez of a process, and loadResource: strings and bitmaps, with their scopes. */
import { MObject } from '../language/values.mjs';

const KINDS = ['Strings', 'Drawables'];
/** Size of the launcher icon, the only bitmap that the widget has; a proxy for loadResource in the simulator. */
const BITMAP_PIXELS = 40;

/** Defines Rez.Strings and Rez.Drawables. */
export function installRez(machine, process) {
  machine.defineClass('Rez.ResourceId', { abstract: true, complete: true });
  for (const kind of KINDS) {
    const members = Object.entries(process.project.resources[kind]).map(([id, resource]) => [
      id,
      machine.nativeObject('Rez.ResourceId', {}, { kind, id, resource }),
    ]);
    machine.defineModule(`Rez.${kind}`, Object.fromEntries(members), { complete: true });
  }
  machine.defineModule('Rez', {}, { complete: true });
}

/** Whether a process of this kind has the resource: all have what is marked for them, the app has everything. */
const isLoaded = (kind, scope) => kind === 'app' || scope.includes(kind);

/** The value of a resource. @throws {DeviceError} for something else, or for a resource outside the process's scope */
export function loadResource(machine, process, reference) {
  const isReference = reference instanceof MObject && reference.cls === machine.resolve('Rez.ResourceId');
  if (!isReference) machine.fatal('Unexpected Type Error', 'loadResource of what is no resource');
  const { kind, id, resource } = reference.native;
  if (!isLoaded(process.kind, resource.scope)) {
    machine.fatal('Symbol Not Found Error', `the resource ${id} is not marked for the ${process.kind}`);
  }
  if (kind === 'Strings') return resource.text;
  const size = { width: BITMAP_PIXELS, height: BITMAP_PIXELS };
  return machine.nativeObject('Toybox.WatchUi.BitmapResource', {}, { ...size, filename: resource.filename });
}

/** The text of a String or of a string resource; null for null. */
export function textOf(machine, process, value) {
  if (value === null || value === undefined || typeof value === 'string') return value ?? null;
  return loadResource(machine, process, value);
}
