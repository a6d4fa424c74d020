// The products that a manifest may list, by the ids of Garmin's SDK, and the size of the launcher icon that each wants.
//
// From public manifests and jungle files (house-of-abbey/GarminHomeAssistant, gimportexportdevs/gimporter) and lists of
// Garmin's device files (flocsy/garmin-dev-tools). All have API level 3.2 or later. The icon sizes of fr57042mm, fr57047mm and
// fenix8pro47mm are those of watches with the same screen: another size is scaled by Garmin's compiler, with a warning.

const ICONS = {
  30: ['vivoactive4s'],
  35: ['vivoactive4'],
  36: ['venusq', 'venusqm'],
  40: [
    ...['fenix6', 'fenix6pro', 'fenix6s', 'fenix6spro', 'fenix6xpro'],
    ...['fenix7', 'fenix7pro', 'fenix7pronowifi', 'fenix7s', 'fenix7spro', 'fenix7x', 'fenix7xpro', 'fenix7xpronowifi'],
    ...['fenix8solar47mm', 'fenix8solar51mm'],
    ...['fr245', 'fr245m', 'fr255', 'fr255m', 'fr255s', 'fr255sm', 'fr745', 'fr945', 'fr945lte', 'fr955'],
    ...['venusq2', 'venusq2m'],
  ],
  54: ['fr165', 'fr165m', 'fr57042mm', 'instinct2s'],
  56: ['vivoactive5'],
  60: ['epix2', 'epix2pro42mm', 'epix2pro47mm', 'epix2pro51mm', 'fenix843mm', 'fenixe', 'fr265', 'fr265s'],
  61: ['venu2s'],
  62: ['instinct2', 'instinct2x'],
  65: ['fenix847mm', 'fenix8pro47mm', 'fr57047mm', 'fr965', 'fr970'],
  70: ['venu2', 'venu2plus', 'venu3', 'venu3s'],
};

/** Product id to the launcher icon's width and height in pixels. */
export const PRODUCTS = new Map(
  Object.entries(ICONS).flatMap(([pixels, ids]) => ids.map((id) => [id, Number(pixels)])),
);
