/**
 * Menu2 as the watch draws it, roughly, with the look of each family.
 *
 * The list scrolls under a fixed middle row that has the focus; the title stands above the first item.
 */
import { fontOf, shorten } from './fonts.mjs';
import { BLACK, CENTER, LEFT, SMALL, SYSTEM, TINY, VCENTER, WHITE, XTINY, blank } from './systemlook.mjs';

const THEMES = {
  fenix: { accent: 0x00aaff, quiet: 0xaaaaaa, focus: 'bar' },
  forerunner: { accent: 0x00aaff, quiet: 0xaaaaaa, focus: 'bar' },
  instinct: { accent: 0xffffff, quiet: 0xffffff, focus: 'inverted' },
  venu: { accent: 0x3c8cff, quiet: 0xb4b4b4, focus: 'card' },
  venusq: { accent: 0x3c8cff, quiet: 0xb4b4b4, focus: 'card' },
};
const CARD = 0x262626;
const OFF = 0x555555;
const ROW_SHARE = 0.235;
const MARGIN_SHARE = 0.06;

/** A card needs a grey that a panel of 64 colours does not have. */
function themeOf({ family, colours }) {
  const theme = THEMES[family];
  return theme.focus === 'card' && colours <= 64 ? { ...theme, focus: 'bar' } : theme;
}

/** Whether a family's focused row gets a filled background. */
const isFilled = ({ focus }) => focus !== 'bar';

function rowHeight({ height, subscreen }) {
  return Math.round(height * (subscreen ? ROW_SHARE * 1.1 : ROW_SHARE));
}

/** The middle of a row on the screen; row -1 is the title. */
function rowMiddle(profile, menu, index) {
  const middle = profile.subscreen ? profile.height * 0.58 : profile.height / 2;
  return middle + (index - menu.focus) * rowHeight(profile);
}

/** The index of the item at a height, or null. */
export function menuIndexAt(profile, menu, y) {
  const index = Math.round((y - rowMiddle(profile, menu, 0)) / rowHeight(profile));
  return menu.items[index] ? index : null;
}

/** The free part of a row: from x to x + width. */
function roomAt(profile, y) {
  const { width, height, shape, subscreen } = profile;
  const margin = width * MARGIN_SHARE;
  if (shape === 'round') {
    const far = Math.max(Math.abs(y - height / 2 - height * 0.04), Math.abs(y - height / 2 + height * 0.04));
    const half = Math.sqrt(Math.max(0, (width / 2) ** 2 - far ** 2));
    return { x: width / 2 - half + margin, width: 2 * half - 2 * margin };
  }
  const isBesideWindow = subscreen && y < subscreen.y + subscreen.height;
  const right = isBesideWindow ? subscreen.x - margin : width - margin;
  return { x: margin * 1.6, width: right - margin * 1.6 };
}

/** Rows that would only show a few letters are left out. */
const hasRoom = (profile, y) => roomAt(profile, y).width > profile.width * 0.35;

function drawSwitch(canvas, x, y, isOn, theme, ink) {
  const height = canvas.height * 0.075;
  const width = height * 1.8;
  canvas.colour = isOn ? theme.accent : OFF;
  if (theme.focus === 'inverted') canvas.colour = ink;
  canvas.shape(
    'rect',
    { x: x - width, y: y - height / 2, width, height, rx: height / 2 },
    isOn || theme.focus !== 'inverted',
  );
  canvas.colour = theme.focus === 'inverted' && isOn ? WHITE + BLACK - ink : WHITE;
  if (theme.focus === 'inverted' && !isOn) canvas.colour = ink;
  canvas.shape('circle', { cx: isOn ? x - height / 2 : x - width + height / 2, cy: y, r: height * 0.36 }, true);
  return width;
}

function drawFocus(canvas, y, theme) {
  const { profile, width } = canvas;
  const height = rowHeight(profile) * 0.94;
  if (theme.focus === 'bar') {
    canvas.colour = theme.accent;
    canvas.shape('rect', { x: 0, y: y - height * 0.42, width: width * 0.028, height: height * 0.84, rx: 2 }, true);
    return;
  }
  canvas.colour = theme.focus === 'inverted' ? WHITE : CARD;
  const margin = theme.focus === 'inverted' ? 0 : width * 0.035;
  const radius = theme.focus === 'inverted' ? 0 : height * 0.28;
  canvas.shape('rect', { x: margin, y: y - height / 2, width: width - 2 * margin, height, rx: radius }, true);
}

function drawRow(canvas, row, y, hasFocus, theme) {
  const { profile } = canvas;
  if (hasFocus) drawFocus(canvas, y, theme);
  const ink = hasFocus && theme.focus === 'inverted' ? BLACK : WHITE;
  const room = roomAt(profile, y);
  const switchWidth = row.on === null ? 0 : drawSwitch(canvas, room.x + room.width, y, row.on, theme, ink) * 1.25;
  const labelFont = hasFocus ? SMALL : TINY;
  const lines = row.subLabel ? 2 : 1;
  const font = fontOf(profile, labelFont);
  const below = fontOf(profile, XTINY);
  const top = y - (font.height * 0.92 + (lines - 1) * below.height) / 2;
  canvas.colour = hasFocus || theme.focus === 'inverted' ? ink : theme.quiet;
  const fit = (text, used) => shorten(used, text, room.width - switchWidth);
  canvas.text(room.x, top, labelFont, fit(row.label, font), LEFT, SYSTEM);
  if (!row.subLabel) return;
  canvas.colour = isFilled(theme) && hasFocus && ink === BLACK ? BLACK : theme.quiet;
  canvas.text(room.x, top + font.height * 0.92, XTINY, fit(row.subLabel, below), LEFT, SYSTEM);
}

function drawTitle(canvas, title, y, theme) {
  const { profile } = canvas;
  const room = roomAt(profile, y);
  const centre = profile.subscreen ? room.x + room.width / 2 : profile.width / 2;
  const font = fontOf(profile, TINY);
  canvas.colour = theme.focus === 'inverted' ? WHITE : theme.accent;
  canvas.text(centre, y, TINY, shorten(font, title, room.width), CENTER | VCENTER, SYSTEM);
}

/** Draws a Menu2. @param {import('./canvas.mjs').Canvas} canvas @param {{rows(): object[], titleText(): string, focus: number}} menu */
export function drawMenu(canvas, menu) {
  const { profile } = canvas;
  const theme = themeOf(profile);
  blank(canvas);
  const isOnScreen = (y) => y > -rowHeight(profile) / 4 && y < profile.height + rowHeight(profile) / 4;
  const titleAt = rowMiddle(profile, menu, -1);
  if (isOnScreen(titleAt) && hasRoom(profile, titleAt)) drawTitle(canvas, menu.titleText(), titleAt, theme);
  menu.rows().forEach((row, index) => {
    const y = rowMiddle(profile, menu, index);
    if (isOnScreen(y) && hasRoom(profile, y)) drawRow(canvas, row, y, index === menu.focus, theme);
  });
}
