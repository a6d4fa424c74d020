/** Lang.Exception and its subclasses in Lang. */
import { takes } from '../language/natives.mjs';
import { toText } from '../language/values.mjs';

const SUBCLASSES = [
  'OperationNotAllowedException',
  'SerializationException',
  'StorageFullException',
  'UnexpectedTypeException',
];

/** Install the exceptions; the message of one is its field mMessage. */
export function installExceptions(machine) {
  machine.defineClass('Toybox.Lang.Exception', {
    fields: { mMessage: null },
    methods: {
      initialize: takes(0, () => null),
      getErrorMessage: takes(0, function () {
        return this.fields.get('mMessage');
      }),
      toString: takes(0, function () {
        return toText(this.fields.get('mMessage'));
      }),
    },
  });
  const initialize = takes([0, 1], function ([message = null]) {
    this.fields.set('mMessage', message);
  });
  for (const name of SUBCLASSES)
    machine.defineClass(`Toybox.Lang.${name}`, { superclass: 'Toybox.Lang.Exception', methods: { initialize } });
}
