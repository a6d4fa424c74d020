/** The whole Toybox of a process. */
import { NOT_IN_BACKGROUND } from '../device/background.mjs';
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

const LIBRARIES = {
  System: installSystem,
  Application: installApplication,
  Time: installTime,
  Timer: installTimer,
  Background: installBackground,
  Communications: installCommunications,
  PersistedContent: installPersistedContent,
  UserProfile: installUserProfile,
  ActivityMonitor: installActivityMonitor,
  SensorHistory: installSensorHistory,
  Attention: installAttention,
  Graphics: installGraphics,
  WatchUi: installWatchUi,
};

/** A module that such a process does not have is missing there as on the watch: `Toybox has` says so, using it is an error. */
function leaveOut(machine, name, kind) {
  machine.hidden.set(name, [{ fullName: `Toybox.${name}`, place: '', reason: `a ${kind} process has no ${name}` }]);
}

/** Defines in a machine every module that its process has. @param {object} process whose machine it is */
export function installToybox(machine, process) {
  installLang(machine);
  installMath(machine);
  installStringUtil(machine);
  installTest(machine, (level, text) => process.printed.push(`${level}: ${text}`));
  for (const [name, install] of Object.entries(LIBRARIES)) {
    if (process.kind === 'background' && NOT_IN_BACKGROUND.has(name)) leaveOut(machine, name, process.kind);
    else install(machine, process);
  }
  installRez(machine, process);
}
