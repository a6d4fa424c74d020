/** Toybox.PersistedContent: iterators over what is on the watch. Each device has only the kinds that Garmin lists for it. */
import { takes } from '../language/natives.mjs';
import { requirePermission } from './options.mjs';

const ITERATOR = 'Toybox.PersistedContent.Iterator';
const CLASSES = { Courses: 'Course', Workouts: 'Workout' };

/** An Iterator over pieces of content. */
export const persistedIterator = (machine, items) => machine.nativeObject(ITERATOR, {}, { items, at: 0 });

function contentMethods(machine) {
  return {
    getName: takes(0, function () {
      return this.native.name;
    }),
    toIntent: takes(0, function () {
      return machine.nativeObject('Toybox.System.Intent', {}, this.native);
    }),
  };
}

export function installPersistedContent(machine, process) {
  const { content } = process.watch;
  machine.defineClass(ITERATOR, {
    abstract: true,
    methods: {
      next: takes(0, function () {
        const item = this.native.items[this.native.at++];
        return item ? machine.nativeObject(`Toybox.PersistedContent.${CLASSES[item.kind]}`, {}, item) : null;
      }),
    },
  });
  const listOf = (kind) =>
    takes(0, () => {
      requirePermission(machine, process, 'PersistedContent');
      return persistedIterator(machine, content.list({ kind, owned: true }));
    });
  const methods = contentMethods(machine);
  for (const [kind, name] of Object.entries(CLASSES)) {
    machine.defineClass(`Toybox.PersistedContent.${name}`, { abstract: true, methods });
    if (!content.kinds.includes(kind)) continue;
    machine.defineModule('Toybox.PersistedContent', { [`getApp${kind}`]: listOf(kind) });
  }
}
