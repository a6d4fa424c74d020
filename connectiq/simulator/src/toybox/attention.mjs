/** Toybox.Attention: vibrations, noted for tests. */
import { takes } from '../language/natives.mjs';
import { numbers } from './options.mjs';

export function installAttention(machine, { watch }) {
  machine.defineClass('Toybox.Attention.VibeProfile', {
    methods: {
      initialize: takes(2, function ([strength, time]) {
        const [dutyCycle, length] = numbers(machine, [strength, time]);
        this.native = { dutyCycle, length };
      }),
    },
  });
  machine.defineModule('Toybox.Attention', {
    vibrate: takes(1, ([pattern]) => {
      watch.effects.push({ effect: 'vibrate', pattern: pattern.items.map(({ native }) => native) });
    }),
  });
}
