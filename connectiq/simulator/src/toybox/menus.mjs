/** WatchUi.Menu2 and its items. */
import { takes } from '../language/natives.mjs';
import { truthy } from '../language/operators.mjs';
import { textOf } from '../device/resources.mjs';
import { drawMenu, menuIndexAt } from '../pictures/menuview.mjs';
import { option, refuseOtherOptions } from './options.mjs';

const MENU = 'Toybox.WatchUi.Menu2';
const ITEM = 'Toybox.WatchUi.MenuItem';
const TOGGLE = 'Toybox.WatchUi.ToggleMenuItem';

/** The state of a menu; `title` and the labels are Strings or resources. */
class MenuState {
  items = [];
  focus = 0;

  constructor(process, title) {
    Object.assign(this, { process, title });
  }

  holds() {
    return [this.title, ...this.items];
  }

  #text(value) {
    return textOf(this.process.machine, this.process, value);
  }

  titleText() {
    return this.#text(this.title) ?? '';
  }

  labels() {
    return this.items.map(({ native }) => this.#text(native.label));
  }

  /** Label, text below it and the state of the switch, if it has one, of every item. */
  rows() {
    return this.items.map(({ native }) => ({
      label: this.#text(native.label),
      subLabel: this.#text(native.subLabel),
      on: native.isToggle ? native.isOn : null,
    }));
  }

  itemAt(y) {
    return menuIndexAt(this.process.profile, this, y);
  }
}

function menuMethods(process) {
  const changed = () => process.views.requestUpdate();
  return {
    initialize: takes(1, function ([options]) {
      refuseOtherOptions(process.machine, options, ['title']);
      this.native = new MenuState(process, option(options, 'title'));
    }),
    addItem: takes(1, function ([item]) {
      this.native.items.push(item);
      changed();
      return this;
    }),
    onUpdate: takes(1, function ([dc]) {
      drawMenu(dc.native, this.native);
    }),
  };
}

function itemMethods(machine, process) {
  const text = (value) => textOf(machine, process, value);
  return {
    getId: takes(0, function () {
      return this.native.id;
    }),
    getLabel: takes(0, function () {
      return text(this.native.label);
    }),
    setSubLabel: takes(1, function ([value]) {
      this.native.subLabel = value;
      process.views.requestUpdate();
    }),
  };
}

const itemState = (label, subLabel, id) => ({
  label,
  subLabel,
  id,
  isToggle: false,
  holds() {
    return [this.label, this.subLabel, this.id];
  },
});

function defineItems(machine, process) {
  machine.defineClass(ITEM, {
    methods: {
      ...itemMethods(machine, process),
      initialize: takes(4, function ([label, subLabel, id, options]) {
        refuseOtherOptions(machine, options, []);
        this.native = itemState(label, subLabel, id);
      }),
    },
  });
  machine.defineClass(TOGGLE, {
    superclass: ITEM,
    methods: {
      initialize: takes(5, function ([label, subLabel, id, isOn, options]) {
        refuseOtherOptions(machine, options, []);
        this.native = { ...itemState(label, subLabel, id), isToggle: true, isOn: truthy(isOn) };
      }),
      isEnabled: takes(0, function () {
        return this.native.isOn;
      }),
    },
  });
}

export function installMenus(machine, process) {
  machine.defineClass(MENU, { superclass: 'Toybox.WatchUi.View', methods: menuMethods(process) });
  defineItems(machine, process);
  machine.defineClass('Toybox.WatchUi.Menu2InputDelegate', {
    methods: {
      initialize: takes(0, () => null),
      onSelect: takes(1, () => null),
      onBack: takes(0, () => process.views.pop()),
    },
  });
}
