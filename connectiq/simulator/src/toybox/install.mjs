/** The whole Toybox of a process. */
import { installRez } from '../device/resources.mjs';
import { installActivityMonitor } from './activitymonitor.mjs';
import { installApplication } from './application.mjs';
import { installAttention } from './attention.mjs';
import { installBackground } from './background.mjs';
import { installCommunications } from './communications.mjs';
import { installGraphics } from './graphics.mjs';
import { installLang } from './lang.mjs';
import { installMath } from './math.mjs';
import { installPersistedContent } from './persistedcontent.mjs';
import { installSensorHistory } from './sensorhistory.mjs';
import { installStringUtil } from './stringutil.mjs';
import { installSystem } from './system.mjs';
import { installTest } from './test.mjs';
import { installTime } from './time.mjs';
import { installTimer } from './timer.mjs';
import { installUserProfile } from './userprofile.mjs';
import { installWatchUi } from './watchui.mjs';

const LIBRARIES = [
  installSystem,
  installApplication,
  installTime,
  installTimer,
  installBackground,
  installCommunications,
  installPersistedContent,
  installUserProfile,
  installActivityMonitor,
  installSensorHistory,
  installAttention,
  installGraphics,
  installWatchUi,
  installRez,
];

/** Defines every module in a machine. @param {object} process whose machine it is */
export function installToybox(machine, process) {
  installLang(machine);
  installMath(machine);
  installStringUtil(machine);
  installTest(machine, (level, text) => process.printed.push(`${level}: ${text}`));
  for (const install of LIBRARIES) install(machine, process);
}
