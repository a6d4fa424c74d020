/** What a test can see of a watch, as JSON. */
import { clipped, overlapping, textsOf } from '../pictures/inspection.mjs';

function screenState(process) {
  const { frame, views } = process;
  const native = views.top?.view?.native;
  return {
    view: views.top?.view?.cls.name ?? null,
    texts: frame ? textsOf(frame) : [],
    menu: native?.labels ? { title: native.titleText(), items: native.rows(), focus: native.focus } : null,
    clipped: frame ? clipped(frame) : [],
    overlapping: frame ? overlapping(frame) : [],
  };
}

const BLANK = { view: null, texts: [], menu: null, clipped: [], overlapping: [] };

/** The visible screen, and whether the process behind it lives. */
export function stateOf(watch) {
  const process = watch.foreground;
  const screen = process && !process.ended ? screenState(process) : BLANK;
  const { crash } = process ?? {};
  return {
    ...screen,
    process: process?.kind ?? null,
    ended: process?.ended ?? null,
    crash: crash ? { kind: crash.kind, detail: crash.detail } : null,
    now: watch.clock.seconds,
  };
}

/** Figures of one process. */
export function processReport(process) {
  return {
    kind: process.kind,
    ended: process.ended,
    overdue: process.isOverdue ?? false,
    printed: process.printed,
    quirks: [...process.machine.quirks.values()],
    memory: {
      limit: process.limitBytes,
      used: process.usedBytes(),
      peak: process.peakBytes ?? 0,
      code: process.footprint,
    },
  };
}

/** Requests of all processes, in the order in which they were made. */
export const requestsOf = (watch) =>
  watch.link.log.map(({ headers = {}, body = null, ...entry }) => ({ ...entry, headers, body }));

/** Background events that the app has asked for. */
export function backgroundState({ background }) {
  return {
    temporal: background.registered,
    due: background.due,
    last: background.lastTemporal,
    activities: background.wantsActivities,
  };
}
