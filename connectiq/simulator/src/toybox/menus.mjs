/** WatchUi.Menu2 and its items. */
import { takes } from '../language/natives.mjs';
import { truthy } from '../language/operators.mjs';
import { MDictionary, MSymbol, equals } from '../language/values.mjs';
import { textOf } from '../device/resources.mjs';
import { drawMenu, menuIndexAt } from '../pictures/menuview.mjs';
import { option } from './options.mjs';

const MENU = 'Toybox.WatchUi.Menu2';
const ITEM = 'Toybox.WatchUi.MenuItem';
const TOGGLE = 'Toybox.WatchUi.ToggleMenuItem';

/** The state of a menu; `title` and the labels are Strings or resources. */
class MenuState {
  items = [];

  constructor(process, title, focus) {
    Object.assign(this, { process, title, focus });
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
      subLabel: this.#text(native.isToggle ? switchText(native) : native.subLabel),
      on: native.isToggle ? native.isOn : null,
    }));
  }

  itemAt(y) {
    return menuIndexAt(this.process.profile, this, y);
  }
}

/** A switch may have one text below it, or one for each of its states. */
function switchText({ subLabel, isOn }) {
  if (!(subLabel instanceof MDictionary)) return subLabel;
  return subLabel.get(MSymbol.of(isOn ? 'enabled' : 'disabled'));
}

function menuMethods(machine, process) {
  const changed = () => process.views.requestUpdate();
  return {
    initialize: takes(1, function ([options]) {
      this.native = new MenuState(process, option(options, 'title'), option(options, 'focus', 0));
    }),
    addItem: takes(1, function ([item]) {
      this.native.items.push(item);
      changed();
      return this;
    }),
    getItem: takes(1, function ([index]) {
      return this.native.items[index] ?? null;
    }),
    updateItem: takes(2, function ([item, index]) {
      if (!this.native.items[index]) return false;
      this.native.items[index] = item;
      changed();
      return true;
    }),
    deleteItem: takes(1, function ([index]) {
      const isThere = this.native.items.splice(index, 1).length > 0;
      this.native.focus = Math.max(0, Math.min(this.native.focus, this.native.items.length - 1));
      changed();
      return isThere;
    }),
    findItemById: takes(1, function ([id]) {
      return this.native.items.findIndex(({ native }) => equals(native.id, id, machine));
    }),
    setFocus: takes(1, function ([index]) {
      this.native.focus = index;
      changed();
    }),
    setTitle: takes(1, function ([title]) {
      this.native.title = title;
      changed();
    }),
    onUpdate: takes(1, function ([dc]) {
      drawMenu(dc.native, this.native);
    }),
  };
}

/** @param {object} process whose views are drawn anew when an item changes */
function itemMethods(machine, process) {
  const text = (value) => textOf(machine, process, value);
  const set = (name) =>
    takes(1, function ([value]) {
      this.native[name] = value;
      process.views.requestUpdate();
    });
  return {
    getId: takes(0, function () {
      return this.native.id;
    }),
    getLabel: takes(0, function () {
      return text(this.native.label);
    }),
    getSubLabel: takes(0, function () {
      return text(this.native.subLabel);
    }),
    setLabel: set('label'),
    setSubLabel: set('subLabel'),
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

export function installMenus(machine, process) {
  machine.defineClass(MENU, { superclass: 'Toybox.WatchUi.View', methods: menuMethods(machine, process) });
  machine.defineClass(ITEM, {
    methods: {
      ...itemMethods(machine, process),
      initialize: takes(4, function ([label, subLabel, id]) {
        this.native = itemState(label, subLabel, id);
      }),
    },
  });
  machine.defineClass(TOGGLE, {
    superclass: ITEM,
    methods: {
      initialize: takes(5, function ([label, subLabel, id, isOn]) {
        this.native = { ...itemState(label, subLabel, id), isToggle: true, isOn: truthy(isOn) };
      }),
      isEnabled: takes(0, function () {
        return this.native.isOn;
      }),
      setEnabled: takes(1, function ([isOn]) {
        this.native.isOn = truthy(isOn);
        process.views.requestUpdate();
      }),
    },
  });
  machine.defineClass('Toybox.WatchUi.Menu2InputDelegate', {
    methods: {
      initialize: takes(0, () => null),
      onSelect: takes(1, () => null),
      onBack: takes(0, () => process.views.pop()),
    },
  });
}
