/** The module Rez of a process, and loadResource: strings, with their scopes. */
import { MObject } from '../language/values.mjs';

/** Defines Rez.Strings; drawables are not modelled. */
export function installRez(machine, process) {
  machine.defineClass('Rez.ResourceId', { abstract: true, complete: true });
  const strings = Object.entries(process.project.resources.Strings).map(([id, resource]) => [
    id,
    machine.nativeObject('Rez.ResourceId', {}, { id, resource }),
  ]);
  machine.defineModule('Rez.Strings', Object.fromEntries(strings), { complete: true });
}

/** Whether a process of this kind has the resource: all have what is marked for them, the app has everything. */
const isLoaded = (kind, scope) => kind === 'app' || scope.includes(kind);

/** The value of a resource. @throws {DeviceError} for something else, or for a resource outside the process's scope */
export function loadResource(machine, process, reference) {
  const isReference = reference instanceof MObject && reference.cls === machine.resolve('Rez.ResourceId');
  if (!isReference) machine.fatal('Unexpected Type Error', 'loadResource of what is no resource');
  const { id, resource } = reference.native;
  if (!isLoaded(process.kind, resource.scope)) {
    machine.fatal('Symbol Not Found Error', `the resource ${id} is not marked for the ${process.kind}`);
  }
  return resource.text;
}

/** The text of a String or of a string resource; null for null. */
export function textOf(machine, process, value) {
  if (value === null || value === undefined || typeof value === 'string') return value ?? null;
  return loadResource(machine, process, value);
}
